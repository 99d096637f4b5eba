package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every limit holds, and what is within it goes on. */
final class LimitTest {
  @RegisterExtension final Local local = Local.unix();

  private final BlockingQueue<ServerCall<byte[], byte[]>> calls = new LinkedBlockingQueue<>();

  /** Takes calls, which the test closes. */
  private ServerCallHandler<byte[], byte[]> taking() {
    return (call, headers) -> {
      calls.add(call);
      call.request(10);
      return new ServerCall.Listener<>() {};
    };
  }

  private Server serve(int maxCalls, int maxRunning, int maxQueued) throws Exception {
    return local.serve(
        b ->
            b.addService(
                    io.grpc.ServerServiceDefinition.builder("raw")
                        .addMethod(Raw.UNARY, taking())
                        .addMethod(Raw.CLIENT_STREAM, taking())
                        .build())
                .maxConcurrentCallsPerConnection(maxCalls)
                .maxRunningHandlers(maxRunning, maxQueued));
  }

  private ServerCall<byte[], byte[]> next() throws InterruptedException {
    ServerCall<byte[], byte[]> call = calls.poll(15, TimeUnit.SECONDS);
    assertTrue(call != null, "no call came");
    return call;
  }

  private static void answer(ServerCall<byte[], byte[]> call) {
    call.sendHeaders(new Metadata());
    call.sendMessage(new byte[0]);
    call.close(Status.OK, new Metadata());
  }

  private RecordingListener<byte[]> unary(ManagedChannel channel) {
    return Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
  }

  // Calls on a connection.

  @Test
  void callsBeyondTheLimitWaitOnTheClient() throws Exception {
    serve(2, 100, 100);
    ManagedChannel channel = local.channel();
    List<RecordingListener<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(unary(channel));
    }

    for (int i = 0; i < 20; i++) {
      ServerCall<byte[], byte[]> first = next();
      assertTrue(calls.size() <= 1, "more than two at once");
      answer(first);
    }

    for (RecordingListener<byte[]> call : all) {
      assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    }
  }

  @Test
  void aClientThatDoesNotKeepToTheLimitIsRefusedTheCall() throws Exception {
    Server server = serve(2, 100, 100);
    ScriptedPeer peer = local.greetedPeer();

    for (int id = 1; id <= 5; id += 2) {
      peer.unary(id, "raw/Unary");
    }

    RawFrame cancel = peer.nextButWindow();
    assertEquals(5, cancel.streamId());
    assertEquals(CancelCode.NOT_PROCESSED, cancel.cancelCode());
    assertTrue(cancel.text().contains("2 open calls"), cancel::toString);
    assertEquals(1, IpcCounters.of(server).limitsHit());
    answer(next());
    assertEquals(0, peer.nextButWindow().statusCode());
  }

  @Test
  void aWaitingCallThatIsCancelledDoesNotTakeTheNextOnesPlace() throws Exception {
    serve(1, 100, 100);
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> running = unary(channel);
    ServerCall<byte[], byte[]> first = next();
    RecordingListener<byte[]> cancelled = new RecordingListener<>();
    ClientCall<byte[], byte[]> waiting = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
    waiting.start(cancelled, new Metadata());
    waiting.sendMessage(new byte[0]);
    waiting.halfClose();
    RecordingListener<byte[]> last = unary(channel);

    waiting.cancel("not any more", null);
    assertEquals(Status.Code.CANCELLED, cancelled.awaitClose().getCode());
    answer(first);

    assertTrue(running.awaitClose().isOk());
    answer(next());
    assertTrue(last.awaitClose().isOk());
  }

  @Test
  void aWaitingCallThatGoesOnSendingTakesOnePlaceOnly() throws Exception {
    serve(1, 100, 100);
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> running = unary(channel);
    ServerCall<byte[], byte[]> first = next();
    RecordingListener<byte[]> stream = new RecordingListener<>();
    ClientCall<byte[], byte[]> waiting = channel.newCall(Raw.CLIENT_STREAM, CallOptions.DEFAULT);
    waiting.start(stream, new Metadata());
    waiting.request(2);
    waiting.sendMessage(new byte[1]);
    waiting.sendMessage(new byte[1]);
    RecordingListener<byte[]> last = unary(channel);

    answer(first);
    assertTrue(running.awaitClose().isOk());
    answer(next());
    assertTrue(stream.awaitClose().isOk());

    answer(next());
    assertTrue(last.awaitClose().isOk());
  }

  @Test
  void aWaitingCallStillHasItsDeadline() throws Exception {
    serve(1, 100, 100);
    ManagedChannel channel = local.channel();
    unary(channel);
    next();

    Status status =
        Raw.unary(
                channel,
                Raw.UNARY,
                CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS))
            .awaitClose();

    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
  }

  // Handlers.

  @Test
  void callsBeyondTheRunningHandlersWaitAndThenAreRefused() throws Exception {
    serve(100, 2, 3);
    ManagedChannel channel = local.channel();
    List<RecordingListener<byte[]>> within = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      within.add(unary(channel));
    }

    RecordingListener<byte[]> beyond = unary(channel);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, beyond.awaitClose().getCode());
    assertTrue(beyond.status.getDescription().contains("2 handlers"), beyond.status.toString());
    assertTrue(beyond.status.getDescription().contains("3 calls wait"), beyond.status.toString());
    for (int i = 0; i < 5; i++) {
      ServerCall<byte[], byte[]> first = next();
      assertTrue(calls.size() <= 1, "more than two at once");
      answer(first);
    }
    for (RecordingListener<byte[]> call : within) {
      assertTrue(call.awaitClose().isOk());
    }
    RecordingListener<byte[]> later = unary(channel);
    answer(next());
    assertTrue(later.awaitClose().isOk());
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsNeverReachesItsHandler() throws Exception {
    serve(100, 1, 10);
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> running = unary(channel);
    ServerCall<byte[], byte[]> first = next();
    ScriptedPeer peer = local.greetedPeer();
    peer.unary(1, "raw/Unary");
    peer.send(out -> Frames.cancel(out, 1, CancelCode.CANCELLED, "no"));
    peer.send(out -> Frames.ping(out, 1, false));
    while (peer.next().type() != FrameType.PING) {}

    answer(first);

    assertTrue(running.awaitClose().isOk());
    RecordingListener<byte[]> last = unary(channel);
    answer(next());
    assertTrue(last.awaitClose().isOk());
    assertEquals(0, calls.size());
  }

  /** G4: or a peer would fill the queue of a slow executor with calls that are over. */
  @Test
  void callsThatEndBeforeTheyBeginTakeNoPlaceInTheirExecutor() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    ThreadPoolExecutor slow = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, queue);
    local.closing(slow::shutdownNow);
    local.closing(release::countDown);
    ServerCallHandler<byte[], byte[]> blocking =
        (call, headers) -> {
          Local.await(release);
          call.close(Status.ABORTED, new Metadata());
          return new ServerCall.Listener<>() {};
        };
    Server server =
        local.serve(
            b ->
                b.executor(slow)
                    .maxRunningHandlers(1, 1)
                    .addService(Raw.service(Raw.UNARY, blocking)));
    ScriptedPeer peer = local.greetedPeer();
    peer.unary(1, "raw/Unary");
    peer.unary(3, "raw/Unary");

    for (int i = 0; i < 1_000; i++) {
      // Refused, since one runs and one waits.
      peer.unary(5 + 4 * i, "raw/Unary");
      // Waits in place of the one that is cancelled.
      int waits = 3 + 4 * i;
      peer.send(out -> Frames.cancel(out, waits, CancelCode.CANCELLED, ""));
      peer.unary(7 + 4 * i, "raw/Unary");
      assertEquals(CancelCode.LIMIT_EXCEEDED, peer.nextButWindow().cancelCode());
    }

    Local.await("all have come", () -> IpcCounters.of(server).callsTaken() == 2_002);
    assertTrue(queue.size() <= 1, () -> queue.size() + " tasks wait in the executor");
    release.countDown();
    int aborted = Status.Code.ABORTED.value();
    assertEquals(aborted, peer.nextButWindow().statusCode());
    RawFrame last = peer.nextButWindow();
    assertEquals(7 + 4 * 999, last.streamId());
    assertEquals(aborted, last.statusCode());
  }

  /** They count as no handlers any more, and each holds a thread. */
  @Test
  void handlersThatGoOnAfterTheirAnswerHaveSoManyThreadsOnly() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    local.closing(release::countDown);
    AtomicInteger refused = new AtomicInteger();
    SpareReaders spare =
        new SpareReaders(2, 2) {
          @Override
          boolean take(Connection on) {
            boolean taken = super.take(on);
            refused.addAndGet(taken ? 0 : 1);
            return taken;
          }
        };
    ServerCallHandler<byte[], byte[]> goingOn =
        (call, headers) -> {
          call.close(Status.ABORTED, new Metadata());
          Local.await(release);
          return new ServerCall.Listener<>() {};
        };
    Server server =
        local.serve(
            b ->
                b.directExecutor().spareReaders(spare).addService(Raw.service(Raw.UNARY, goingOn)));
    List<RecordingListener<byte[]>> behind = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ManagedChannel channel = local.channel();
      RecordingListener<byte[]> first = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
      assertEquals(Status.Code.ABORTED, first.awaitClose().getCode());
      behind.add(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT));
    }

    Local.await("it is tried", () -> refused.get() > 20 || answered(behind) == 5);
    // Each that is answered holds a spare reader up, or is held up by the first call.
    assertTrue(answered(behind) <= 2, () -> answered(behind) + " were answered");
    assertEquals(2, spare.taken());
    release.countDown();

    for (RecordingListener<byte[]> call : behind) {
      assertEquals(Status.Code.ABORTED, call.awaitClose().getCode());
    }
    server.shutdownNow();
    Local.await("they are given back", () -> spare.taken() == 0);
  }

  private static long answered(List<RecordingListener<byte[]>> calls) {
    return calls.stream().filter(RecordingListener::isClosed).count();
  }

  @Test
  void aHandlerThatFailsGivesItsPlaceUp() throws Exception {
    local.serve(
        b ->
            b.addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          throw new IllegalStateException("on purpose");
                        }))
                .maxRunningHandlers(1, 0));
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 5; i++) {
      // The client may hear of the last call's end before its place is free.
      Local.await("the place is free again", () -> isUnknown(channel));
    }
  }

  /** G2: what counts are handlers, not open streams. */
  @Test
  void aHandlerThatIsBusyKeepsItsPlaceWhenItsCallIsCancelled() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    CountDownLatch finish = new CountDownLatch(1);
    Server server =
        local.serve(
            b ->
                b.directExecutor()
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              inside.incrementAndGet();
                              Local.await(finish);
                              return new ServerCall.Listener<>() {};
                            }))
                    .maxRunningHandlers(1, 10));
    ManagedChannel channel = local.channel();
    for (int i = 1; i <= 50; i++) {
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
      RecordingListener<byte[]> listener = new RecordingListener<>();
      call.start(listener, new Metadata());
      call.sendMessage(new byte[1]);
      call.halfClose();
      int calls = i;
      Local.await("it has come", () -> IpcCounters.of(server).callsTaken() == calls);
      Local.await("the first is handled", () -> inside.get() > 0);
      call.cancel("on purpose", null);
      listener.awaitClose();
    }

    // One more round trip: the server has heard of all cancels by then.
    ScriptedPeer peer = local.greetedPeer();
    peer.send(out -> Frames.ping(out, 1, false));
    peer.next(FrameType.PING);
    assertEquals(1, inside.get());
    finish.countDown();
  }

  private boolean isUnknown(ManagedChannel channel) {
    try {
      return unary(channel).awaitClose().getCode() == Status.Code.UNKNOWN;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // Connections.

  @Test
  void connectionsBeyondTheLimitAreTurnedAway() throws Exception {
    local.serve(b -> b.addService(new EchoService()).maxConnections(1));
    ManagedChannel first = local.channel();
    assertEquals("a", EchoGrpc.newBlockingStub(first).unary(request("a")).getText());

    Status refused = unary(local.channel()).awaitClose();

    assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
    assertEquals("b", EchoGrpc.newBlockingStub(first).unary(request("b")).getText());
    first.shutdown();
    assertTrue(first.awaitTermination(10, TimeUnit.SECONDS));
    assertEquals(
        "c",
        EchoGrpc.newBlockingStub(local.channel())
            .withWaitForReady()
            .withDeadlineAfter(15, TimeUnit.SECONDS)
            .unary(request("c"))
            .getText());
  }

  /** H1. */
  @Test
  void silentConnectionsDoNotKeepNewcomersOut() throws Exception {
    Server server =
        local.serve(b -> b.addService(new EchoService()).handshakeTimeout(1, TimeUnit.HOURS));
    for (int i = 0; i < 80; i++) {
      local.peer();
    }

    assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(request("x")).getText());

    Local.await(
        "others are turned out", () -> IpcCounters.of(server).connectionsFailed() >= 80 - 64);
    assertTrue(IpcCounters.of(server).limitsHit() >= 80 - 64);
  }

  /** H3: with more threads that compute than there are cores. */
  @Test
  void aClientGetsInWhileAllCoresAreBusy() throws Exception {
    local.serveEcho();
    AtomicBoolean enough = new AtomicBoolean();
    List<TestThread> busy = new ArrayList<>();
    for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
      busy.add(
          TestThread.run(
              () -> {
                while (!enough.get()) {
                  Thread.onSpinWait();
                }
              }));
    }
    try {
      for (int i = 0; i < 10; i++) {
        assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(request("x")).getText());
      }
    } finally {
      enough.set(true);
      for (TestThread thread : busy) {
        thread.finish();
      }
    }
  }

  /** W4. */
  @Test
  void aPeerThatPingsAndNeverReadsIsClosed() throws Exception {
    local.serve(
        b ->
            b.addService(new EchoService())
                .permitKeepAliveTime(0, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true));
    ByteBuffer hello = ByteBuffer.allocate(1024);
    Frames.hello(hello, Hello.of(Limits.DEFAULTS));
    ByteBuffer pings = ByteBuffer.allocate(18 * 1000);
    while (pings.hasRemaining()) {
      Frames.ping(pings, 1, false);
    }
    try (SocketChannel socket =
        SocketChannel.open(UnixDomainSocketAddress.of(local.address().name()))) {
      socket.write(hello.flip());

      assertThrows(
          IOException.class,
          () -> {
            for (int i = 0; i < 10_000; i++) {
              socket.write(pings.rewind());
            }
          });
    }

    assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(request("x")).getText());
  }

  // Keepalive.

  @Test
  void aSilentServerIsFoundOutWhileACallIsOpen() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel =
        local.channel(
            b ->
                b.keepAliveTime(30, TimeUnit.MILLISECONDS)
                    .keepAliveTimeout(60, TimeUnit.MILLISECONDS));
    RecordingListener<byte[]> call = unary(channel);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    peer.next(FrameType.OPEN);

    RawFrame ping = peer.next(FrameType.PING);
    assertEquals(0, ping.flags());

    RawFrame goAway = peer.next(FrameType.GO_AWAY);
    assertEquals(GoAwayReason.KEEPALIVE_TIMEOUT, goAway.goAwayReason());
    assertTrue(goAway.text().contains("60 ms"), goAway::toString);
    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    assertTrue(call.status.getDescription().contains("KEEPALIVE_TIMEOUT"), call.status.toString());
  }

  @Test
  void aServerThatAnswersPingsIsKept() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel =
        local.channel(
            b -> b.keepAliveTime(10, TimeUnit.MILLISECONDS).keepAliveTimeout(5, TimeUnit.MINUTES));
    RecordingListener<byte[]> call = unary(channel);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);

    for (int i = 0; i < 5; i++) {
      long payload = peer.next(FrameType.PING).in().getLong();
      peer.send(out -> Frames.ping(out, payload, true));
    }

    assertFalse(call.isClosed());
    peer.send(open.streamId(), FrameType.CLOSE, 0, new Data().u8(10).u16(0).noMetadata());
    assertEquals(Status.Code.ABORTED, call.awaitClose().getCode());
  }

  @Test
  void aSilentClientIsFoundOutWhileItsCallIsOpen() throws Exception {
    local.serve(
        b ->
            b.addService(Raw.service(Raw.UNARY, taking()))
                .keepAliveTime(30, TimeUnit.MILLISECONDS)
                .keepAliveTimeout(60, TimeUnit.MILLISECONDS));
    ScriptedPeer peer = local.greetedPeer();
    peer.unary(1, "raw/Unary");

    assertEquals(FrameType.PING, peer.nextButWindow().type());
    assertEquals(GoAwayReason.KEEPALIVE_TIMEOUT, peer.next(FrameType.GO_AWAY).goAwayReason());
    peer.expectEnd();
  }

  @Test
  void withoutCallsNobodyPings() throws Exception {
    local.serve(
        b ->
            b.addService(new EchoService())
                .keepAliveTime(1, TimeUnit.MILLISECONDS)
                .keepAliveTimeout(1, TimeUnit.MILLISECONDS)
                .handshakeTimeout(100, TimeUnit.MILLISECONDS));
    ScriptedPeer quiet = local.greetedPeer();
    ScriptedPeer clock = local.peer();
    clock.skipToEnd();

    quiet.send(out -> Frames.ping(out, 77, false));

    RawFrame first = quiet.next(FrameType.PING);
    assertEquals(FrameType.FLAG_PONG, first.flags());
  }

  // What the builders refuse.

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    IpcServerBuilder server = TestBuilders.server(local.address());
    IpcChannelBuilder channel = TestBuilders.channel(local.address());
    List<org.junit.jupiter.api.function.Executable> nonsense =
        List.of(
            () -> server.maxConcurrentCallsPerConnection(0),
            () -> server.maxRunningHandlers(0, 1),
            () -> server.maxRunningHandlers(1, -1),
            () -> server.maxConnections(0),
            () -> server.maxInboundMessageSize(-1),
            () -> server.maxInboundMetadataSize(Limits.MAX_METADATA_BYTES + 1),
            () -> server.handshakeTimeout(0, TimeUnit.SECONDS),
            () -> server.keepAliveTime(-1, TimeUnit.SECONDS),
            () -> channel.maxInboundMessageSize(-1),
            () -> channel.maxInboundMetadataSize(-1),
            () -> channel.keepAliveTimeout(0, TimeUnit.SECONDS),
            () -> channel.idleTimeout(0, TimeUnit.SECONDS),
            () -> channel.connectTimeout(java.time.Duration.ZERO));
    for (org.junit.jupiter.api.function.Executable each : nonsense) {
      assertThrows(IllegalArgumentException.class, each);
    }
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }
}
