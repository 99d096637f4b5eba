package dev.strait.rpc;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.Threads;
import dev.strait.transport.contract.Resources;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From the first call of a channel to its end, and the same for servers. */
final class ChannelLifeTest {
  @RegisterExtension final Local local = Local.unix();
  @RegisterExtension final Local pipes = Local.pipe();

  private final Semaphore started = new Semaphore(0);
  private final CountDownLatch finish = new CountDownLatch(1);

  /** Answers when it is let. */
  private final class Patient extends EchoService {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      if (request.getText().equals("wait")) {
        started.release();
        try {
          assertTrue(finish.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      super.unary(request, replies);
    }
  }

  // Connecting.

  @Test
  void nothingConnectsBeforeTheFirstCall() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    assertEquals(ConnectivityState.IDLE, channel.getState(false));
    channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
    assertEquals(ConnectivityState.IDLE, channel.getState(false));
    assertEquals(0, server.untaken());

    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);

    local.closing(server.acceptAndGreet()).next(FrameType.OPEN);
    assertEquals(0, server.untaken());
  }

  @Test
  void withNobodyThereACallFailsAtOnceAndSaysWhy() throws Exception {
    Status status = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    assertTrue(
        status.getDescription().contains(local.address().toString()), status.getDescription());
    assertTrue(hasCause(status.getCause(), java.net.ConnectException.class), status::toString);
  }

  @Test
  void duringTheBackoffACallFailsAtOnceToo() throws Exception {
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 50; i++) {
      Status status = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
      assertEquals(Status.Code.UNAVAILABLE, status.getCode());
      assertTrue(status.getDescription().contains(local.address().toString()), status::toString);
    }
  }

  @Test
  void aPeerThatIsNotTrustedIsRefusedBeforeAnythingIsSaid() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel =
        local.channel(b -> b.peerPolicy(PeerPolicy.matching("nobody at all", peer -> false)));

    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.accept());

    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    assertTrue(call.status.toString().contains("nobody at all"), call.status.toString());
    peer.expectEnd();
  }

  @Test
  void aCallThatWaitsForReadyWaitsUntilTheServerIsThere() throws Exception {
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> patient =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withWaitForReady());
    Status impatient = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, impatient.getCode());
    assertFalse(patient.isClosed());

    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));

    assertTrue(patient.awaitClose().isOk(), () -> patient.status.toString());
  }

  @Test
  void aCallThatWaitsForReadyStillHasItsDeadline() throws Exception {
    Status status =
        Raw.unary(
                local.channel(),
                Raw.UNARY,
                CallOptions.DEFAULT
                    .withWaitForReady()
                    .withDeadlineAfter(100, TimeUnit.MILLISECONDS))
            .awaitClose();

    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
  }

  @Test
  void aChannelFindsTheServerAgainAfterItsRestart() throws Exception {
    Server first = local.serveEcho();
    ManagedChannel channel = local.channel();
    EchoGrpc.EchoBlockingStub stub =
        EchoGrpc.newBlockingStub(channel).withDeadlineAfter(25, TimeUnit.SECONDS);
    assertEquals("a", stub.unary(request("a")).getText());
    first.shutdownNow();
    assertTrue(first.awaitTermination(10, TimeUnit.SECONDS));
    Local.await("the end is noticed", () -> channel.getState(false) != ConnectivityState.READY);

    local.serveEcho();

    assertEquals("b", stub.withWaitForReady().unary(request("b")).getText());
  }

  // States.

  /** Has no thread for some tasks. */
  private static final class Scarce implements ThreadFactory {
    volatile Predicate<Runnable> refused = task -> false;

    @Override
    public Thread newThread(Runnable task) {
      if (refused.test(task)) {
        throw new OutOfMemoryError("none can be had");
      }
      return Threads.daemonFactory().newThread(task);
    }
  }

  private static void assertUnavailable(ManagedChannel channel, String... texts) throws Exception {
    Status status = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status::toString);
    for (String text : texts) {
      assertTrue(String.valueOf(status.getDescription()).contains(text), status::toString);
    }
  }

  private static void assertServed(ManagedChannel channel) throws Exception {
    CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
    Status status = Raw.unary(channel, Raw.UNARY, patient).awaitClose();
    assertTrue(status.isOk(), status::toString);
  }

  @Test
  void aConnectionForWhichThereIsNoThreadFailsItsCallsAndTheNextIsTried() throws Exception {
    Scarce threads = new Scarce();
    Server server =
        local.serve(b -> b.threadFactory(threads).addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel withoutThreads = local.channel(b -> b.threadFactory(threads));
    threads.refused = Reader.class::isInstance;
    assertUnavailable(withoutThreads, local.address().toString(), "no thread to read it");
    assertUnavailable(local.channel(), local.address().toString());
    Local.await("both have given up", () -> IpcCounters.of(server).connectionsFailed() > 0);
    assertEquals(0, IpcCounters.of(server).connectionsOpen());

    threads.refused = task -> false;

    assertServed(withoutThreads);
  }

  @Test
  void aConnectionWhoseTransportHasNoThreadsFailsItsCallsAndTheNextIsTried() throws Exception {
    pipes.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    Scarce threads = new Scarce();
    ManagedChannel channel = pipes.channel(b -> b.threadFactory(threads));
    threads.refused = task -> task.getClass().getName().contains("ThreadedLink");
    assertUnavailable(channel, pipes.address().toString(), "none can be had");

    threads.refused = task -> false;

    assertServed(channel);
  }

  @Test
  void aChannelWhoseTimerIsGoneFailsEachCall() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    ManagedChannel channel = local.channel(b -> b.scheduler(timer));
    timer.shutdownNow();
    for (int i = 0; i < 3; i++) {
      assertUnavailable(channel, local.address().toString());
    }
  }

  @Test
  void aChannelEndsWhenTheListenersOfItsStateHaveHeardOfIt() throws Exception {
    Scarce threads = new Scarce();
    ManagedChannel channel = local.channel(b -> b.threadFactory(threads));
    threads.refused = task -> task.getClass().getName().contains("LastResort");
    CountDownLatch told = new CountDownLatch(1);
    channel.notifyWhenStateChanged(ConnectivityState.IDLE, told::countDown);
    channel.shutdown();

    threads.refused = task -> false;

    Local.await(told);
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aConnectionOfAServerThatHasNoTimerIsGivenUp() throws Exception {
    Scarce threads = new Scarce();
    threads.refused = task -> task.getClass().getName().contains("ThreadPoolExecutor");
    Server server =
        local.serve(b -> b.threadFactory(threads).addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel channel = local.channel();
    assertUnavailable(channel);
    Local.await("it is given up", () -> IpcCounters.of(server).connectionsFailed() > 0);

    threads.refused = task -> false;

    assertServed(channel);
    channel.shutdownNow();
    assertTrue(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void theStateFollowsTheConnection() throws Exception {
    ManagedChannel channel = local.channel();
    channel.getState(true);
    awaitChangeFrom(channel, ConnectivityState.IDLE);
    Local.await(
        "failure shows", () -> channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE);
    Server server = local.serveEcho();
    Local.await("it connects", () -> channel.getState(true) == ConnectivityState.READY);
    server.shutdownNow();
    awaitChangeFrom(channel, ConnectivityState.READY);
    channel.shutdown();
    assertEquals(ConnectivityState.SHUTDOWN, channel.getState(false));
  }

  @Test
  void aChangeThatHasHappenedIsToldAtOnce() throws Exception {
    awaitChangeFrom(local.channel(), ConnectivityState.READY);
  }

  @Test
  void enterIdleGivesTheConnectionUpAndTheNextCallConnectsAgain() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel();
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    stub.unary(request("a"));

    channel.enterIdle();

    assertEquals("b", stub.unary(request("b")).getText());
    assertEquals(ConnectivityState.READY, channel.getState(false));
  }

  @Test
  void enterIdleShowsAlsoWhileACallRuns() throws Exception {
    local.serve(b -> b.addService(new Patient()));
    ManagedChannel channel = local.channel();
    var running = EchoGrpc.newFutureStub(channel).unary(request("wait"));
    awaitStarted(1);

    channel.enterIdle();

    assertEquals(ConnectivityState.IDLE, channel.getState(false));
    finish.countDown();
    assertEquals("wait", running.get(15, TimeUnit.SECONDS).getText());
  }

  private static void awaitChangeFrom(ManagedChannel channel, ConnectivityState from)
      throws InterruptedException {
    CountDownLatch changed = new CountDownLatch(1);
    channel.notifyWhenStateChanged(from, changed::countDown);
    assertTrue(changed.await(15, TimeUnit.SECONDS), "the state stays " + from);
  }

  // The end of a channel.

  @Test
  void aShutdownLetsRunningCallsFinishAndRefusesNewOnes() throws Exception {
    local.serve(b -> b.addService(new Patient()));
    ManagedChannel channel = local.channel();
    var running = EchoGrpc.newFutureStub(channel).unary(request("wait"));
    awaitStarted(1);

    channel.shutdown();

    assertTrue(channel.isShutdown());
    Status refused = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
    assertTrue(refused.getDescription().contains("shutdown"), refused.getDescription());
    assertFalse(channel.isTerminated());
    finish.countDown();
    assertEquals("wait", running.get(15, TimeUnit.SECONDS).getText());
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    assertTrue(channel.isTerminated());
  }

  @Test
  void aShutdownNowEndsRunningCalls() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(cancelled))));
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> running = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    awaitStarted(1);

    channel.shutdownNow();

    assertEquals(Status.Code.UNAVAILABLE, running.awaitClose().getCode());
    assertTrue(running.status.toString().contains("shutdownNow"), running.status.toString());
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    assertTrue(cancelled.await(15, TimeUnit.SECONDS), "the handler was not told");
  }

  @Test
  void aShutdownNowEndsCallsThatWaitForAServer() throws Exception {
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> waiting =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withWaitForReady());

    channel.shutdownNow();

    assertEquals(Status.Code.UNAVAILABLE, waiting.awaitClose().getCode());
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aShutdownNowEndsCallsThatWaitForAnotherToEnd() throws Exception {
    local.serve(
        b ->
            b.addService(Raw.service(Raw.UNARY, waiting(new CountDownLatch(1))))
                .maxConcurrentCallsPerConnection(1));
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> running = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    awaitStarted(1);
    RecordingListener<byte[]> queued = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);

    channel.shutdownNow();

    assertEquals(Status.Code.UNAVAILABLE, running.awaitClose().getCode());
    assertEquals(Status.Code.UNAVAILABLE, queued.awaitClose().getCode());
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aChannelEndsAlsoAfterDeadlinesThatPassedAtTheStart() throws Exception {
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 5_000; i++) {
      RecordingListener<byte[]> call = new RecordingListener<>();
      channel
          .newCall(
              Raw.UNARY,
              CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(i % 100, MICROSECONDS))
          .start(call, new Metadata());
      assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
    }

    channel.shutdown();

    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "calls are counted wrongly");
  }

  @Test
  void aChannelThatNeverConnectedEndsAtOnce() throws Exception {
    ManagedChannel channel = local.channel();

    channel.shutdown();

    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aChannelThatIsConnectingWithoutACallEnds() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    channel.getState(true);
    ScriptedPeer peer = local.closing(server.accept());

    channel.shutdown();

    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    peer.skipToEnd();
  }

  // The end of a server.

  @Test
  void aServerThatShutsDownFinishesTheCallsInFlight() throws Exception {
    Server server = local.serve(b -> b.addService(new Patient()));
    ManagedChannel channel = local.channel();
    List<com.google.common.util.concurrent.ListenableFuture<EchoReply>> running = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      running.add(EchoGrpc.newFutureStub(channel).unary(request("wait")));
    }
    awaitStarted(10);

    server.shutdown();

    assertTrue(server.isShutdown());
    assertFalse(server.isTerminated());
    finish.countDown();
    for (var call : running) {
      assertEquals("wait", call.get(15, TimeUnit.SECONDS).getText());
    }
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
    Status late = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, late.getCode());
  }

  @Test
  void aServerThatIsReplacedUnderLoadFailsNoCall() throws Exception {
    Server first = local.serveEcho();
    ManagedChannel channel = local.channel();
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel).withWaitForReady();
    AtomicInteger answered = new AtomicInteger();
    List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
    java.util.concurrent.atomic.AtomicBoolean stop =
        new java.util.concurrent.atomic.AtomicBoolean();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread caller =
          new Thread(
              () -> {
                while (!stop.get()) {
                  try {
                    stub.withDeadlineAfter(15, TimeUnit.SECONDS).unary(request("x"));
                    answered.incrementAndGet();
                  } catch (RuntimeException e) {
                    failures.add(e);
                    return;
                  }
                }
              });
      caller.start();
      callers.add(caller);
    }
    for (int restart = 0; restart < 5; restart++) {
      int before = answered.get();
      Local.await("calls are answered", () -> answered.get() > before + 50 || !failures.isEmpty());
      first.shutdown();
      assertTrue(first.awaitTermination(10, TimeUnit.SECONDS));
      first = local.serveEcho();
    }
    int before = answered.get();
    Local.await("calls are answered", () -> answered.get() > before + 50 || !failures.isEmpty());
    stop.set(true);
    for (Thread caller : callers) {
      caller.join(20_000);
    }

    assertEquals(List.of(), failures);
  }

  @Test
  void aServersShutdownNowEndsItsCalls() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Server server = local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(cancelled))));
    RecordingListener<byte[]> running = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT);
    awaitStarted(1);

    server.shutdownNow();

    assertEquals(Status.Code.UNAVAILABLE, running.awaitClose().getCode());
    assertTrue(cancelled.await(15, TimeUnit.SECONDS), "the handler was not told");
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
  }

  @Test
  void aServerThatShutsDownSaysSoWithTheLastStreamItTook() throws Exception {
    Server server = local.serve(b -> b.addService(new Patient()));
    ScriptedPeer peer = local.greetedPeer();
    byte[] wait = request("wait").toByteArray();
    peer.unary(1, "strait.test.Echo/Unary", wait);
    awaitStarted(1);

    server.shutdown();

    RawFrame goAway = peer.next(FrameType.GO_AWAY);
    assertEquals(GoAwayReason.SHUTDOWN, goAway.goAwayReason());
    assertEquals(1, goAway.lastStreamId());
    peer.unary(3, "strait.test.Echo/Unary", wait);
    assertEquals(CancelCode.NOT_PROCESSED, peer.next(FrameType.CANCEL).cancelCode());
    finish.countDown();
    RawFrame close = peer.nextButWindow();
    assertEquals(1, close.streamId());
    assertEquals(0, close.statusCode());
    peer.expectEnd();
  }

  @Test
  void theAddressOfALiveServerIsNotTaken() throws Exception {
    local.serveEcho();

    assertThrows(IOException.class, local::serveEcho);

    assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(request("x")).getText());
  }

  // What a server did not process.

  @Test
  void aCallThatTheServerDidNotProcessIsMadeAgainOnce() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 42);
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    RawFrame open = first.next(FrameType.OPEN);

    first.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "restart"));

    ScriptedPeer second = local.closing(server.acceptAndGreet());
    RawFrame again = second.next(FrameType.OPEN);
    assertEquals(open.flags(), again.flags());
    assertEquals(42, again.data()[again.data().length - 1]);
    second.send(
        again.streamId(),
        FrameType.CLOSE,
        FrameType.FLAG_WITH_HEADERS | FrameType.FLAG_WITH_MESSAGE,
        new Data().u8(0).u16(0).noMetadata().noMetadata().bytes((byte) 43));
    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertEquals(43, call.messages.get(0)[0]);
    call.assertClosedOnce();
    first.expectEnd();
    assertEquals(0, server.untaken());
  }

  @Test
  void aCallThatTheServerHasBegunToAnswerIsNotMadeAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call =
        Raw.unary(local.channel(), Raw.SERVER_STREAM, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    int id = peer.next(FrameType.OPEN).streamId();

    peer.send(id, FrameType.MESSAGE, 0, Data.of((byte) 1));
    peer.send(out -> Frames.cancel(out, id, CancelCode.NOT_PROCESSED, "not even begun"));

    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    call.assertClosedOnce();
  }

  @Test
  void aCallThatTheServerMayHaveProcessedIsNotMadeAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call =
        Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT, (byte) 42);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);

    peer.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, open.streamId(), "bye"));
    peer.disconnect();

    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    assertTrue(call.status.getDescription().contains("bye"), call.status.toString());
    assertEquals(0, server.untaken());
  }

  @Test
  void aCallWhoseConnectionBreaksIsNotMadeAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call =
        Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT, (byte) 42);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    peer.next(FrameType.OPEN);

    peer.close();

    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    assertTrue(
        call.status.getDescription().contains(local.address().toString()), call.status.toString());
    assertEquals(0, server.untaken());
  }

  @Test
  void theReasonOfAGoAwayReachesTheCaller() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);

    peer.send(
        out -> Frames.goAway(out, GoAwayReason.FLOW_CONTROL_ERROR, open.streamId(), "evil\nline"));
    peer.disconnect();

    String description = call.awaitClose().getDescription();
    assertTrue(description.contains("FLOW_CONTROL_ERROR"), description);
    assertTrue(description.contains("evil\\u000aline"), description);
    assertTrue(description.contains("said by the peer"), description);
  }

  @Test
  void aClientThatHostsNothingKnowsNoMethodOfTheServers() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);

    peer.unary(2, "raw/Unary");

    RawFrame close = peer.nextButWindow();
    assertEquals(2, close.streamId());
    assertEquals(Status.Code.UNIMPLEMENTED.value(), close.statusCode());
    peer.send(open.streamId(), FrameType.CLOSE, 0, new Data().u8(10).u16(0).noMetadata());
    assertEquals(Status.Code.ABORTED, call.awaitClose().getCode());
  }

  @Test
  void aClientThatMeetsAnotherVersionNamesBothSides() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT);
    ScriptedPeer peer = local.closing(server.accept());

    peer.send(
        out ->
            Frames.hello(
                out, new Hello(Hello.MAGIC, 4, 5, 1, 1, 1, 1, 4096, 4096, "from-the-future")));

    String description = call.awaitClose().getDescription();
    assertEquals(Status.Code.UNAVAILABLE, call.status.getCode());
    assertTrue(description.contains("4 to 5"), description);
    assertTrue(description.contains("1 to 1"), description);
    assertTrue(description.contains(local.address().toString()), description);
    peer.next(FrameType.HELLO);
    assertEquals(GoAwayReason.VERSION_MISMATCH, peer.next(FrameType.GO_AWAY).goAwayReason());
  }

  // What is left behind.

  @Test
  void allThreadsAreDaemonsAndEnd() throws Exception {
    Server server = local.serve(b -> b.addService(new Patient()));
    ManagedChannel channel = local.channel();
    var blocked = EchoGrpc.newFutureStub(channel).unary(request("wait"));
    awaitStarted(1);
    EchoGrpc.newBlockingStub(channel).withDeadlineAfter(15, TimeUnit.SECONDS).unary(request("x"));
    List<Thread> threads = threadsOfThisTest();
    assertFalse(threads.isEmpty());
    for (Thread thread : threads) {
      assertTrue(thread.isDaemon(), thread.getName());
      assertTrue(thread.getName().startsWith("strait-"), thread.getName());
    }
    finish.countDown();
    blocked.get(15, TimeUnit.SECONDS);

    channel.shutdown();
    server.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));

    Local.await("threads stay: " + threadsOfThisTest(), () -> threadsOfThisTest().isEmpty());
  }

  private List<Thread> threadsOfThisTest() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains(local.address().toString()))
        .toList();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aHundredChannelsLeaveNoDescriptorBehind() throws Exception {
    // Once before, for what is opened at the first use and kept. Nothing is open at either count:
    // a connection opens a selector when it first waits, which may be late.
    serveChannels(1);
    int before = Resources.descriptors();
    serveChannels(100);
    Local.await("descriptors stay open", () -> Resources.descriptors() <= before);
  }

  private void serveChannels(int count) throws Exception {
    Server server = local.serveEcho();
    for (int i = 0; i < count; i++) {
      ManagedChannel channel = TestBuilders.channel(local.address()).build();
      assertEquals("x" + i, EchoGrpc.newBlockingStub(channel).unary(request("x" + i)).getText());
      channel.shutdown();
      assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS));
    }
    server.shutdown();
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
  }

  private ServerCallHandler<byte[], byte[]> waiting(CountDownLatch cancelled) {
    return (call, headers) -> {
      started.release();
      return new ServerCall.Listener<>() {
        @Override
        public void onCancel() {
          cancelled.countDown();
        }
      };
    };
  }

  private void awaitStarted(int count) throws InterruptedException {
    assertTrue(started.tryAcquire(count, 15, TimeUnit.SECONDS), "the handler never began");
  }

  private static boolean hasCause(Throwable thrown, Class<?> type) {
    return thrown != null && (type.isInstance(thrown) || hasCause(thrown.getCause(), type));
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }
}
