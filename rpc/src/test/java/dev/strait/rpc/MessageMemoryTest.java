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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G4: what the credit of calls and connections does not bound. */
final class MessageMemoryTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int PIECE = 60_000;
  private static final int SMALL = 10_000;

  @RegisterExtension final Local local = Local.memory();

  private final BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();

  private final Semaphore ended = new Semaphore(0);

  /** Its handlers want a message, and keep their calls open. */
  private Server serve(UnaryOperator<IpcServerBuilder> settings) throws Exception {
    ServerCallHandler<byte[], byte[]> open =
        (call, headers) -> {
          call.request(1);
          calls.add(call);
          return new ServerCall.Listener<>() {
            @Override
            public void onComplete() {
              ended.release();
            }
          };
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
      awaitPong(peer);
      awaitEnd(peer, server);
    }
  }

  /** Of each stream the first message is read, and the others are not. */
  @Test
  void smallMessagesThatAreNotReadAreHeldOnlyUpToTheLimit() throws Exception {
    Server server =
        serve(
            b ->
                b.maxMessageMemory(MEBIBYTE)
                    .permitKeepAliveTime(0, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true));
    for (int round = 0; round < 3; round++) {
      ScriptedPeer peer = local.greetedPeer();
      int id = 1;
      while (!isRefused(peer, id)) {
        peer.open(id, "raw/Bidi", 0);
        for (int i = 0; i < 40; i++) {
          peer.send(id, FrameType.MESSAGE, 0, new Data().bytes(new byte[SMALL]));
        }
        assertTrue(id < 9, "four streams of 400 kB");
        id += 2;
      }
      assertTrue(id > 5, "two of them have room");
      int before = round;
      assertTrue(IpcCounters.of(server).limitsHit() > before);
      fill(peer, id);

      // Others leave nothing unread, however much of theirs comes at once.
      ScriptedPeer other = local.greetedPeer();
      growRing(other);
      ByteBuffer burst = ByteBuffer.allocate(30 * 1100);
      for (int i = 0; i < 30; i++) {
        burst.put(
            ScriptedPeer.frame(
                1 + 2 * i,
                FrameType.OPEN,
                FrameType.FLAG_METHOD_NAME | FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END,
                new Data()
                    .u32(0)
                    .text("other/Unary")
                    .u16(0)
                    .noMetadata()
                    .bytes(new byte[1000])
                    .toBytes()));
      }
      other.sendBytes(Arrays.copyOf(burst.array(), burst.position()));
      for (int i = 0; i < 30; i++) {
        RawFrame reply = other.nextButWindow();
        assertEquals(FrameType.CLOSE, reply.type(), reply::toString);
        assertEquals(0, reply.statusCode());
      }
      other.close();
      awaitEnd(peer, server);
    }
  }

  /** With frames to ignore: it grows with what is read, and before that little comes at once. */
  private static void growRing(ScriptedPeer peer) {
    for (int i = 0; i < 10; i++) {
      peer.send(0, 0x80, 0, new Data().bytes(new byte[PIECE]));
    }
    awaitPong(peer);
  }

  /** What was sent before has been decoded then. */
  private static void awaitPong(ScriptedPeer peer) {
    peer.send(0, FrameType.PING, 0, new Data().u64(1));
    assertEquals(FrameType.PING, peer.nextButWindow().type());
  }

  /** Until there is room for no message more. */
  private static void fill(ScriptedPeer peer, int firstId) {
    for (int id = firstId; id < firstId + 1000; id += 2) {
      peer.open(id, "raw/Bidi", 0);
      peer.send(id, FrameType.MESSAGE, 0, new Data().bytes(new byte[SMALL]));
      peer.send(id, FrameType.MESSAGE, 0, new Data().bytes(new byte[SMALL]));
      if (isRefused(peer, id)) {
        return;
      }
    }
    throw new AssertionError("there is always room");
  }

  /** Whether what was sent last was refused; it is, if a limit is hit. */
  private static boolean isRefused(ScriptedPeer peer, int lastId) {
    peer.send(0, FrameType.PING, 0, new Data().u64(lastId));
    RawFrame next = peer.nextButWindow();
    boolean refused = next.type() == FrameType.CANCEL;
    if (refused) {
      assertEquals(CancelCode.LIMIT_EXCEEDED, next.cancelCode());
      assertTrue(next.text().contains("more than the limit of 1048576"), next::toString);
      next = peer.nextButWindow();
    }
    assertEquals(FrameType.PING, next.type(), next::toString);
    return refused;
  }

  /** A frame is gathered where its message will be, which stays there when the call ends. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void memoryThatAHalfFrameHoldsCountsUntilThatHasComeOrTheConnectionEnds(boolean comes)
      throws Exception {
    MessageMemory memory = new MessageMemory(4 * MEBIBYTE, 4 * MEBIBYTE, 0);
    Server server = serve(b -> b.messageMemory(memory));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, "raw/Bidi", 0);
    byte[] frame =
        ScriptedPeer.frame(
            1,
            FrameType.MESSAGE,
            FrameType.FLAG_MORE,
            new Data().u32(MEBIBYTE).bytes(new byte[PIECE]).toBytes());
    growRing(peer);
    peer.sendBytes(Arrays.copyOf(frame, PIECE / 2));
    Local.await("there is room for a window", () -> memory.held() == MEBIBYTE / 2);

    calls.poll(15, TimeUnit.SECONDS).close(Status.ABORTED, new Metadata());

    assertEquals(FrameType.CLOSE, peer.nextButWindow().type());
    assertTrue(ended.tryAcquire(15, TimeUnit.SECONDS), "the handler hears of the end");
    assertEquals(MEBIBYTE / 2, memory.held());
    if (comes) {
      peer.sendBytes(Arrays.copyOfRange(frame, PIECE / 2, frame.length));
    } else {
      awaitEnd(peer, server);
    }
    Local.await("it is free", () -> memory.held() == 0);
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
