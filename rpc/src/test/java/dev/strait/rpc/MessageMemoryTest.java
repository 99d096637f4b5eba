package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** G4: what the credit of calls and connections does not bound. */
final class MessageMemoryTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int PIECE = 60_000;
  private static final int SMALL = 10_000;

  @RegisterExtension final Local local = Local.memory();

  private final BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();

  /** Its handlers want a message, and keep their calls open. */
  private Server serve(UnaryOperator<IpcServerBuilder> settings) throws Exception {
    ServerCallHandler<byte[], byte[]> open =
        (call, headers) -> {
          call.request(1);
          calls.add(call);
          return new ServerCall.Listener<>() {};
        };
    return local.serve(
        b ->
            settings.apply(
                b.addService(Raw.service(Raw.BIDI, open))
                    .addService(
                        io.grpc.ServerServiceDefinition.builder("other")
                            .addMethod(ofOther(Raw.UNARY), Raw.echo())
                            .build())));
  }

  private static io.grpc.MethodDescriptor<byte[], byte[]> ofOther(
      io.grpc.MethodDescriptor<byte[], byte[]> method) {
    return method.toBuilder().setFullMethodName("other/Unary").build();
  }

  /** A message of a mebibyte begins, and never ends. */
  private static void begin(ScriptedPeer peer, int streamId) {
    peer.open(streamId, "raw/Bidi", 0);
    peer.send(
        streamId,
        FrameType.MESSAGE,
        FrameType.FLAG_MORE,
        new Data().u32(MEBIBYTE).bytes(new byte[PIECE]));
  }

  /** What its calls hold is free when the connection is gone. */
  private static void awaitEnd(ScriptedPeer peer, Server server) throws InterruptedException {
    peer.close();
    Local.await("it is gone", () -> IpcCounters.of(server).connectionsOpen() == 0);
  }

  @Test
  void messagesThatAreNotWholeAreHeldOnlyUpToTheLimit() throws Exception {
    Server server = serve(b -> b.maxMessageMemory(4 * MEBIBYTE));
    for (int round = 0; round < 3; round++) {
      ScriptedPeer peer = local.greetedPeer();
      // Each takes half a mebibyte with its first piece.
      for (int i = 0; i < 8; i++) {
        begin(peer, 1 + 2 * i);
      }
      begin(peer, 17);

      RawFrame refused = peer.nextButWindow();
      assertEquals(17, refused.streamId(), refused::toString);
      assertEquals(CancelCode.LIMIT_EXCEEDED, refused.cancelCode());
      assertTrue(refused.text().contains("hold 4194304 bytes"), refused::toString);
      int before = round;
      assertTrue(IpcCounters.of(server).limitsHit() > before);
      // With one that is given up there is room for another.
      peer.send(out -> Frames.cancel(out, 1, CancelCode.CANCELLED, ""));
      begin(peer, 19);
      peer.send(0, FrameType.PING, 0, new Data().u64(1));
      assertEquals(FrameType.PING, peer.nextButWindow().type());
      awaitEnd(peer, server);
    }
  }

  /** Of each stream the first message is read, and 39 are not. */
  @Test
  void smallMessagesThatAreNotReadAreHeldOnlyUpToTheLimit() throws Exception {
    Server server = serve(b -> b.maxMessageMemory(MEBIBYTE));
    for (int round = 0; round < 3; round++) {
      ScriptedPeer peer = local.greetedPeer();
      sendSmall(peer, 1);
      sendSmall(peer, 3);
      sendSmall(peer, 5);

      RawFrame refused = peer.nextButWindow();
      assertEquals(5, refused.streamId(), refused::toString);
      assertEquals(CancelCode.LIMIT_EXCEEDED, refused.cancelCode());
      assertTrue(refused.text().contains("more than the limit of 1048576"), refused::toString);
      int before = round;
      assertTrue(IpcCounters.of(server).limitsHit() > before);
      // Beside what others leave unread, what is read takes no room.
      peer.open(7, "raw/Bidi", 0);
      peer.send(7, FrameType.MESSAGE, 0, new Data().bytes(new byte[SMALL]));
      peer.send(0, FrameType.PING, 0, new Data().u64(1));
      assertEquals(FrameType.PING, peer.nextButWindow().type());
      awaitEnd(peer, server);
    }
  }

  private static void sendSmall(ScriptedPeer peer, int streamId) {
    peer.open(streamId, "raw/Bidi", 0);
    for (int i = 0; i < 40; i++) {
      peer.send(streamId, FrameType.MESSAGE, 0, new Data().bytes(new byte[SMALL]));
    }
  }

  @Test
  void aMessageThatIsReadTakesNoRoomAnyMore() throws Exception {
    serve(b -> b.maxMessageMemory(2 * MEBIBYTE));
    ManagedChannel channel = local.channel();
    io.grpc.MethodDescriptor<byte[], byte[]> echo = ofOther(Raw.UNARY);
    for (int i = 0; i < 20; i++) {
      RecordingListener<byte[]> call =
          Raw.unary(channel, echo, CallOptions.DEFAULT, new byte[MEBIBYTE]);
      assertTrue(call.awaitClose().isOk(), call.status::toString);
    }
  }

  @Test
  void repliesThatAreNotTakenAreHeldOnlyUpToTheLimit() throws Exception {
    Server server = serve(b -> b.maxMessageMemory(4 * MEBIBYTE));
    for (int round = 0; round < 3; round++) {
      ScriptedPeer peer = local.closing(local.peer());
      peer.hello(Limits.DEFAULTS.withWindows(1024, 1 << 20));
      List<ServerCall<byte[], byte[]>> open = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        peer.open(1 + 2 * i, "raw/Bidi", FrameType.FLAG_END);
        open.add(calls.poll(15, TimeUnit.SECONDS));
      }
      for (ServerCall<byte[], byte[]> call : open) {
        call.sendHeaders(new Metadata());
        call.sendMessage(new byte[MEBIBYTE - 1]);
        call.close(Status.OK, new Metadata());
      }

      RawFrame frame = peer.nextButWindow();
      while (frame.type() != FrameType.CANCEL) {
        frame = peer.nextButWindow();
      }
      assertEquals(9, frame.streamId(), frame::toString);
      assertEquals(CancelCode.LIMIT_EXCEEDED, frame.cancelCode());
      assertTrue(IpcCounters.of(server).limitsHit() > round);
      awaitEnd(peer, server);
    }
  }

  @Test
  void repliesThatAreTakenInTimeTakeNoRoomAnyMore() throws Exception {
    serve(b -> b.maxMessageMemory(2 * MEBIBYTE));
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 20; i++) {
      RecordingListener<byte[]> replies = new RecordingListener<>();
      var call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
      call.start(replies, new Metadata());
      ServerCall<byte[], byte[]> handled = calls.poll(15, TimeUnit.SECONDS);
      handled.sendHeaders(new Metadata());
      handled.sendMessage(new byte[MEBIBYTE]);
      handled.close(Status.OK, new Metadata());
      call.request(1);
      replies.awaitMessages(1);
      assertTrue(replies.awaitClose().isOk(), replies.status::toString);
    }
  }
}
