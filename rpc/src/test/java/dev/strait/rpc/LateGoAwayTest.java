package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.Link;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import dev.strait.transport.contract.ForwardingProvider;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A server that goes away while the client writes: what it said before is read although writing has
 * failed, and so the calls that it did not process are made again.
 */
final class LateGoAwayTest {
  @RegisterExtension final Local local = Local.memory();

  private final List<BreakingLink> links = new CopyOnWriteArrayList<>();
  private final List<RecordingListener<byte[]>> calls = new ArrayList<>();

  @Test
  void whatTheServerSaidBeforeWritingFailedIsReadAndItsCallsAreMadeAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel(builder -> builder.transportProvider(new Breaking()));
    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1));
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    first.next(FrameType.OPEN);

    // Between a read that finds nothing and the look whether writing has failed.
    links.get(0).breakAfterEmptyRead =
        () -> {
          first.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "restart"));
          TestThread second =
              TestThread.run(
                  () -> {
                    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 2));
                    // Nothing of this one is even taken.
                    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 3));
                  });
          second.finish();
        };
    links.get(0).wakeup();

    ScriptedPeer second = local.closing(server.acceptAndGreet());
    for (int i = 0; i < 3; i++) {
      answer(second, second.next(FrameType.OPEN).streamId());
    }
    for (RecordingListener<byte[]> call : calls) {
      assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
      call.assertClosedOnce();
    }
    assertEquals(3, calls.size());
  }

  @Test
  void aConnectionThatCannotBeWrittenToIsReadForASecondAndTakesNoNewCalls() throws Exception {
    VirtualTime time = new VirtualTime();
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel =
        local.channel(builder -> time.drive(builder.transportProvider(new Breaking())));
    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1));
    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 2));
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    int answered = first.next(FrameType.OPEN).streamId();
    first.next(FrameType.OPEN);
    int timers = time.timers();

    links.get(0).breakAfterEmptyRead =
        () -> calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 3));
    links.get(0).wakeup();
    Local.await("it is given up in a second", () -> time.timers() > timers);
    answer(first, answered);
    assertTrue(calls.get(0).awaitClose().isOk(), () -> calls.get(0).status.toString());
    calls.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 4));
    ScriptedPeer second = local.closing(server.acceptAndGreet());
    answer(second, second.next(FrameType.OPEN).streamId());
    assertTrue(calls.get(3).awaitClose().isOk(), () -> calls.get(3).status.toString());
    assertFalse(calls.get(1).isClosed());
    time.advance(Duration.ofSeconds(1));

    Status lost = calls.get(1).awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, lost.getCode());
    assertTrue(
        String.valueOf(lost.getDescription()).contains("takes no more bytes"), lost::toString);
  }

  private static void answer(ScriptedPeer peer, int streamId) throws IOException {
    peer.send(
        streamId,
        FrameType.CLOSE,
        FrameType.FLAG_WITH_HEADERS | FrameType.FLAG_WITH_MESSAGE,
        new Data().u8(0).u16(0).noMetadata().noMetadata().bytes((byte) 43));
  }

  private final class Breaking extends ForwardingProvider {
    Breaking() {
      super(TransportProvider.builtIn());
    }

    @Override
    protected Link connected(Link link) {
      BreakingLink breaking = new BreakingLink(link);
      links.add(breaking);
      return breaking;
    }
  }

  /** Writes nothing any more once something has been done after a read that found nothing. */
  private static final class BreakingLink extends ForwardingLink {
    volatile TestThread.@Nullable Task breakAfterEmptyRead;
    private volatile boolean broken;

    BreakingLink(Link inner) {
      super(inner);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      int n = super.read(target);
      TestThread.Task task = breakAfterEmptyRead;
      if (n == 0 && task != null) {
        breakAfterEmptyRead = null;
        broken = true;
        try {
          task.run();
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
      return n;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (broken) {
        throw new IOException("broken, on purpose");
      }
      return super.write(source);
    }
  }
}
