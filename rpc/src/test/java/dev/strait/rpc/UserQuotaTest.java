package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.Link;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import dev.strait.transport.contract.ForwardingProvider;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** X7: whoever is at his quota leaves the other users theirs. The users are made up. */
final class UserQuotaTest {
  private static final long ALICE = 1001;
  private static final long BOB = 1002;

  @RegisterExtension final Local local = Local.unix();

  private final BlockingQueue<ServerCall<byte[], byte[]>> running = new LinkedBlockingQueue<>();
  private volatile long whoConnects = ALICE;

  private Server serve(UnaryOperator<IpcServerBuilder> settings) throws Exception {
    ServerCallHandler<byte[], byte[]> open =
        (call, headers) -> {
          running.add(call);
          return new ServerCall.Listener<>() {};
        };
    return local.serve(
        b ->
            settings.apply(
                b.transportProvider(new MadeUpUsers())
                    .peerPolicy(PeerPolicy.uids(ALICE, BOB))
                    .addService(Raw.service(Raw.UNARY, open))));
  }

  /** A channel of this user, with its connection. */
  private ManagedChannel channelOf(long uid) throws Exception {
    whoConnects = uid;
    ManagedChannel channel = local.channel();
    channel.getState(true);
    Local.await(
        "it has tried",
        () -> {
          IpcCounters seen = IpcCounters.of(channel);
          return seen.connectionsOpened() + seen.connectionsFailed() > 0;
        });
    return channel;
  }

  private RecordingListener<byte[]> call(ManagedChannel channel) {
    return Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
  }

  private ServerCall<byte[], byte[]> next() throws InterruptedException {
    ServerCall<byte[], byte[]> call = running.poll(15, TimeUnit.SECONDS);
    assertTrue(call != null, "no call came");
    return call;
  }

  private void assertServed(ManagedChannel channel) throws Exception {
    RecordingListener<byte[]> call = call(channel);
    next().close(Status.CANCELLED.withDescription("served"), new Metadata());
    assertEquals("served", call.awaitClose().getDescription());
  }

  private static void assertRefused(Status status, Status.Code code, String text) {
    assertEquals(code, status.getCode(), status::toString);
    assertTrue(String.valueOf(status.getDescription()).contains(text), status::toString);
  }

  @Test
  void connectionsBeyondAUsersQuotaAreToldSoAndOthersComeIn() throws Exception {
    Server server = serve(b -> b.maxPerUser(2, 100, 0));
    ManagedChannel first = channelOf(ALICE);
    ManagedChannel second = channelOf(ALICE);

    Status refused = call(channelOf(ALICE)).awaitClose();

    assertRefused(refused, Status.Code.UNAVAILABLE, "uid 1001 has 2 connections");
    assertTrue(IpcCounters.of(server).limitsHit() > 0);
    assertServed(channelOf(BOB));
    assertServed(first);
    assertServed(second);
    first.shutdownNow();
    // Until the server has seen that, she is refused and tries again.
    ManagedChannel third = channelOf(ALICE);
    CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
    RecordingListener<byte[]> call = Raw.unary(third, Raw.UNARY, patient);
    next().close(Status.CANCELLED.withDescription("served"), new Metadata());
    assertEquals("served", call.awaitClose().getDescription());
  }

  @Test
  void callsBeyondAUsersQuotaWaitAndThenAreRefusedAndOthersRun() throws Exception {
    serve(b -> b.maxPerUser(100, 2, 1).maxRunningHandlers(3, 10));
    ManagedChannel alices = channelOf(ALICE);
    ManagedChannel alicesOther = channelOf(ALICE);
    call(alices);
    ServerCall<byte[], byte[]> one = next();
    call(alicesOther);
    ServerCall<byte[], byte[]> two = next();
    call(alices);

    assertRefused(
        call(alices).awaitClose(),
        Status.Code.RESOURCE_EXHAUSTED,
        "2 handlers of uid 1001 run and 1 calls wait");
    assertTrue(running.isEmpty(), "it should wait");
    assertServed(channelOf(BOB));
    assertTrue(running.isEmpty(), "Bob's place is not hers");

    one.close(Status.OK, new Metadata());
    next().close(Status.OK, new Metadata());
    two.close(Status.OK, new Metadata());
    assertServed(alicesOther);
  }

  /** What is refused, cancelled while it waits, or lost with its connection, leaves no trace. */
  @Test
  void aQuotaIsWholeAgainWhateverBecameOfItsCalls() throws Exception {
    Server server = serve(b -> b.maxPerUser(100, 1, 1).maxRunningHandlers(2, 2));
    ManagedChannel alices = channelOf(ALICE);
    for (int i = 0; i < 10; i++) {
      call(alices);
      ServerCall<byte[], byte[]> runs = next();
      ManagedChannel lost = channelOf(ALICE);
      call(lost);
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, call(lost).awaitClose().getCode());
      lost.shutdownNow();
      Local.await("it is gone", () -> IpcCounters.of(server).connectionsOpen() == 1);
      ClientCall<byte[], byte[]> waits = alices.newCall(Raw.UNARY, CallOptions.DEFAULT);
      waits.start(new RecordingListener<>(), new Metadata());
      waits.sendMessage(new byte[1]);
      waits.halfClose();
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, call(alices).awaitClose().getCode());
      waits.cancel("enough", null);
      long taken = IpcCounters.of(server).callsTaken();
      RecordingListener<byte[]> waitsInItsPlace = call(alices);
      Local.await("it has come", () -> IpcCounters.of(server).callsTaken() == taken + 1);
      runs.close(Status.OK, new Metadata());
      next().close(Status.CANCELLED.withDescription("served"), new Metadata());
      assertEquals("served", waitsInItsPlace.awaitClose().getDescription());
    }

    // One runs and one waits, as at the beginning.
    call(alices);
    ServerCall<byte[], byte[]> runs = next();
    call(alices);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, call(alices).awaitClose().getCode());
    runs.close(Status.OK, new Metadata());
    next().close(Status.OK, new Metadata());
  }

  /** Or else a user would begin anew with each connection. */
  @Test
  void callsWhoseConnectionIsGoneCountUntilTheirHandlersAreBack() throws Exception {
    BlockingQueue<Thread> busy = new LinkedBlockingQueue<>();
    Server server =
        local.serve(
            b ->
                b.transportProvider(new MadeUpUsers())
                    .peerPolicy(PeerPolicy.uids(ALICE, BOB))
                    .maxPerUser(100, 1, 0)
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              busy.add(Thread.currentThread());
                              try {
                                Thread.sleep(60_000);
                              } catch (InterruptedException e) {
                                // That was long enough.
                              }
                              call.close(Status.OK, new Metadata());
                              return new ServerCall.Listener<>() {};
                            })));
    ManagedChannel gone = channelOf(ALICE);
    call(gone);
    Thread handler = busy.poll(15, TimeUnit.SECONDS);
    assertTrue(handler != null);
    try {
      gone.shutdownNow();
      Local.await("it is gone", () -> IpcCounters.of(server).connectionsOpen() == 0);

      for (int i = 0; i < 2; i++) {
        Status refused = call(channelOf(ALICE)).awaitClose();
        assertRefused(refused, Status.Code.RESOURCE_EXHAUSTED, "1 handlers of uid 1001 run");
      }
    } finally {
      handler.interrupt();
    }
  }

  @Test
  void messagesOfAUserThatAreNotWholeLeaveRoomForThoseOfOthers() throws Exception {
    serve(b -> b.maxMessageMemory(4 << 20));
    whoConnects = ALICE;
    ScriptedPeer alice = local.greetedPeer();
    for (int i = 0; i < 5; i++) {
      begin(alice, 1 + 2 * i);
    }
    RawFrame refused = alice.nextButWindow();
    assertEquals(9, refused.streamId());
    assertEquals(CancelCode.LIMIT_EXCEEDED, refused.cancelCode());
    assertTrue(refused.text().contains("of uid 1001"), refused::toString);
    whoConnects = BOB;
    ScriptedPeer bob = local.greetedPeer();

    for (int i = 0; i < 4; i++) {
      begin(bob, 1 + 2 * i);
    }

    bob.send(0, FrameType.PING, 0, new Data().u64(1));
    assertEquals(FrameType.PING, bob.nextButWindow().type());
  }

  /** A message of a mebibyte begins, of which half is made room for at once. */
  private static void begin(ScriptedPeer peer, int streamId) {
    peer.open(streamId, "raw/Unary", 0);
    Data data = new Data().u32(1 << 20).bytes(new byte[60_000]);
    peer.send(streamId, FrameType.MESSAGE, FrameType.FLAG_MORE, data);
  }

  @Test
  void smallMessagesOfAUserThatAreNotReadLeaveRoomForThoseOfOthers() throws Exception {
    serve(b -> b.maxMessageMemory(1 << 20));
    whoConnects = ALICE;
    ScriptedPeer alice = local.greetedPeer();
    sendSmall(alice, 1);
    sendSmall(alice, 3);
    RawFrame refused = alice.nextButWindow();
    assertEquals(3, refused.streamId());
    assertEquals(CancelCode.LIMIT_EXCEEDED, refused.cancelCode());
    assertTrue(refused.text().contains("of uid 1001"), refused::toString);
    whoConnects = BOB;
    ScriptedPeer bob = local.greetedPeer();

    sendSmall(bob, 1);

    bob.send(0, FrameType.PING, 0, new Data().u64(1));
    assertEquals(FrameType.PING, bob.nextButWindow().type());
  }

  /** 40 messages that nobody asks for. */
  private static void sendSmall(ScriptedPeer peer, int streamId) {
    peer.open(streamId, "raw/Unary", 0);
    for (int i = 0; i < 40; i++) {
      peer.send(streamId, FrameType.MESSAGE, 0, new Data().bytes(new byte[10_000]));
    }
  }

  /** Each connection needs a thread more to be read while its first call's handler goes on. */
  @Test
  void handlersOfAUserThatGoOnAfterTheirAnswerLeaveThreadsForThoseOfOthers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    local.closing(release::countDown);
    SpareReaders spare = new SpareReaders(3, 2);
    ServerCallHandler<byte[], byte[]> goingOn =
        (call, headers) -> {
          call.close(Status.ABORTED, new Metadata());
          Local.await(release);
          return new ServerCall.Listener<>() {};
        };
    local.serve(
        b ->
            b.transportProvider(new MadeUpUsers())
                .peerPolicy(PeerPolicy.uids(ALICE, BOB))
                .directExecutor()
                .spareReaders(spare)
                .addService(Raw.service(Raw.UNARY, goingOn)));
    for (int i = 0; i < 4; i++) {
      assertEquals(Status.Code.ABORTED, call(channelOf(ALICE)).awaitClose().getCode());
    }
    Local.await("hers are taken", () -> spare.taken() == 2);
    ManagedChannel bobs = channelOf(BOB);

    assertEquals(Status.Code.ABORTED, call(bobs).awaitClose().getCode());
    assertEquals(Status.Code.ABORTED, call(bobs).awaitClose().getCode(), "the third is his");
  }

  @Test
  void silentConnectionsOfAUserTurnOutHisOwnOnly() throws Exception {
    serve(b -> b.handshakeTimeout(1, TimeUnit.HOURS));
    whoConnects = BOB;
    ScriptedPeer bob = silent();
    whoConnects = ALICE;
    List<ScriptedPeer> alices = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      alices.add(silent());
    }

    alices.get(0).skipToEnd();

    bob.send(out -> Frames.hello(out, Hello.of(Limits.DEFAULTS)));
    bob.unary(1, "raw/Unary");
    next().close(Status.ABORTED, new Metadata());
    assertEquals(Status.ABORTED.getCode().value(), bob.nextButWindow().statusCode());
  }

  @Test
  void whoeverLetsOtherUsersInHasHalfForEach() throws Exception {
    serve(b -> b.maxConnections(4).maxRunningHandlers(2, 2));
    ManagedChannel first = channelOf(ALICE);
    channelOf(ALICE);

    assertRefused(
        call(channelOf(ALICE)).awaitClose(), Status.Code.UNAVAILABLE, "uid 1001 has 2 connections");
    call(first);
    ServerCall<byte[], byte[]> runs = next();
    call(first);
    assertRefused(
        call(first).awaitClose(), Status.Code.RESOURCE_EXHAUSTED, "1 handlers of uid 1001 run");
    assertServed(channelOf(BOB));
    runs.close(Status.OK, new Metadata());
    next().close(Status.OK, new Metadata());
  }

  @Test
  void whoeverLetsNoOthersInHasAllForItself() throws Exception {
    local.serve(
        b ->
            b.transportProvider(new MadeUpUsers())
                .peerPolicy(PeerPolicy.sameUserOrRoot())
                .maxConnections(2)
                .addService(Raw.service(Raw.UNARY, Raw.echo())));
    whoConnects = 0;
    assertTrue(Raw.unary(channelOf(0), Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());
    assertTrue(Raw.unary(channelOf(0), Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());
  }

  /** A peer whom the server has let in, and who says nothing. */
  private ScriptedPeer silent() throws Exception {
    ScriptedPeer peer = local.peer();
    peer.next(FrameType.HELLO);
    return peer;
  }

  /** Gives the next that connects the identity that the test has chosen. */
  private final class MadeUpUsers extends ForwardingProvider {
    MadeUpUsers() {
      super(TransportProvider.builtIn());
    }

    @Override
    protected Link accepted(Link link) {
      PeerCredentials user = new PeerCredentials(whoConnects, 100, PeerCredentials.UNKNOWN_PID);
      return new ForwardingLink(link) {
        @Override
        public PeerCredentials credentials() {
          return user;
        }
      };
    }
  }
}
