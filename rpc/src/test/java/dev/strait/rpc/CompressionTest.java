package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Compression is asked for as in gRPC, and never done: messages do not leave the machine. */
final class CompressionTest {
  @RegisterExtension final Local local = Local.memory();

  private static final byte[] COMPRESSIBLE = new byte[10_000];

  @Test
  void aClientMayAskForCompressionAndItsMessagesAreSentAsTheyAre() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ClientCall<byte[], byte[]> call =
        local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT.withCompression("gzip"));
    call.start(new RecordingListener<>(), new Metadata());
    call.setMessageCompression(true);
    call.sendMessage(COMPRESSIBLE);
    call.halfClose();

    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);
    assertEquals(0, open.flags() & FrameType.FLAG_COMPRESSED);
    assertTrue(open.data().length > COMPRESSIBLE.length, () -> "came: " + open);
  }

  @Test
  void aClientThatAsksForACompressorThatNobodyHasIsRefused() throws Exception {
    local.serveEcho();

    Status status =
        Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT.withCompression("nobody's"))
            .awaitClose();

    assertEquals(Status.Code.INTERNAL, status.getCode());
    assertEquals("Unable to find compressor by name nobody's", status.getDescription());
  }

  @Test
  void aHandlerMayAskForCompressionAndIsRefusedACompressorThatNobodyHas() throws Exception {
    BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      call.setCompression("gzip");
                      call.setMessageCompression(true);
                      try {
                        call.setCompression("nobody's");
                      } catch (IllegalArgumentException refused) {
                        refusals.add(refused.getMessage());
                      }
                      return Raw.echo().startCall(call, headers);
                    })));
    ManagedChannel channel = local.channel();

    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, COMPRESSIBLE);

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertArrayEquals(COMPRESSIBLE, call.messages.get(0));
    assertEquals("Unable to find compressor by name nobody's", refusals.take());
  }
}
