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
    Server server = serve(b -> b.maxPerUser(2, 100));
    ManagedChannel first = channelOf(ALICE);
    ManagedChannel second = channelOf(ALICE);

    Status refused = call(channelOf(ALICE)).awaitClose();

    assertRefused(refused, Status.Code.UNAVAILABLE, "uid 1001 has 2 connections");
    assertTrue(IpcCounters.of(server).limitsHit() > 0);
    assertServed(channelOf(BOB));
    assertServed(first);
    assertServed(second);
    first.shutdownNow();
    Local.await("a place is free", () -> IpcCounters.of(server).connectionsOpen() == 2);
    assertServed(channelOf(ALICE));
  }

  @Test
  void callsBeyondAUsersQuotaAreRefusedAndOthersRun() throws Exception {
    serve(b -> b.maxPerUser(100, 2).maxRunningHandlers(3, 10));
    ManagedChannel alices = channelOf(ALICE);
    ManagedChannel alicesOther = channelOf(ALICE);
    RecordingListener<byte[]> one = call(alices);
    ServerCall<byte[], byte[]> oneRuns = next();
    call(alicesOther);
    ServerCall<byte[], byte[]> twoRuns = next();

    Status refused = call(alicesOther).awaitClose();

    assertRefused(refused, Status.Code.RESOURCE_EXHAUSTED, "uid 1001 has 2 calls");
    assertServed(channelOf(BOB));
    oneRuns.close(Status.OK, new Metadata());
    one.awaitClose();
    assertServed(alicesOther);
    twoRuns.close(Status.OK, new Metadata());
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
                    .maxPerUser(100, 1)
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
    gone.shutdownNow();
    Local.await("it is gone", () -> IpcCounters.of(server).connectionsOpen() == 0);

    Status refused = call(channelOf(ALICE)).awaitClose();

    handler.interrupt();
    assertRefused(refused, Status.Code.RESOURCE_EXHAUSTED, "uid 1001 has 1 calls");
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
    serve(b -> b.maxConnections(4).maxRunningHandlers(2, 0));
    ManagedChannel first = channelOf(ALICE);
    channelOf(ALICE);

    assertRefused(
        call(channelOf(ALICE)).awaitClose(), Status.Code.UNAVAILABLE, "uid 1001 has 2 connections");
    call(first);
    ServerCall<byte[], byte[]> runs = next();
    assertRefused(call(first).awaitClose(), Status.Code.RESOURCE_EXHAUSTED, "uid 1001 has 1 calls");
    assertServed(channelOf(BOB));
    runs.close(Status.OK, new Metadata());
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
