package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A peer that reads learns why its connection ends, whoever sends at that moment. */
final class GoAwayDeliveryTest {
  @RegisterExtension final Local local = Local.unix();

  @Test
  void theReasonArrivesAlsoWhileAnotherThreadSends() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    local.closing(executor::shutdownNow);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())).executor(executor));

    for (int i = 0; i < 300; i++) {
      try (ScriptedPeer peer = ScriptedPeer.greet(local.address())) {
        for (int id = 1; id < 9; id += 2) {
          peer.unary(id, "raw/Unary");
        }
        peer.send(0, 0x50, 0, Data.of());
        RawFrame frame = peer.next();
        while (frame.type() == FrameType.CLOSE) {
          frame = peer.next();
        }
        assertEquals(GoAwayReason.PROTOCOL_ERROR, frame.goAwayReason());
      }
    }
  }
}
