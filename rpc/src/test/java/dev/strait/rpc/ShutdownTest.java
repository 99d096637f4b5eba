package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.PeerPolicy;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Servers that end with calls in flight: by the ledgers of both sides no call is lost. */
final class ShutdownTest {
  private static final int IN_FLIGHT = 1_000;

  @RegisterExtension final Local local = Local.unix();

  private final Ledger ledger = new Ledger();
  private final BlockingQueue<ServerCall<byte[], byte[]>> unanswered = new LinkedBlockingQueue<>();

  /** Keeps the call, to be answered by the test. */
  private ServerCallHandler<byte[], byte[]> later() {
    return (call, headers) -> {
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onHalfClose() {
          unanswered.add(call);
        }
      };
    };
  }

  private static void answer(ServerCall<byte[], byte[]> call) {
    call.sendHeaders(new Metadata());
    call.sendMessage(new byte[1]);
    call.close(Status.OK, new Metadata());
  }

  private Server serveLater() throws Exception {
    return local.serve(b -> b.intercept(ledger).addService(Raw.service(Raw.UNARY, later())));
  }

  private Map<Integer, RecordingListener<byte[]>> fillFlight(ManagedChannel channel)
      throws InterruptedException {
    Map<Integer, RecordingListener<byte[]>> calls = new ConcurrentHashMap<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      calls.put(i, call(channel, i, CallOptions.DEFAULT));
    }
    Local.await("all calls are in flight", () -> unanswered.size() == IN_FLIGHT);
    return calls;
  }

  private static RecordingListener<byte[]> call(Channel channel, int number, CallOptions options) {
    RecordingListener<byte[]> listener = new RecordingListener<>();
    var call = channel.newCall(Raw.UNARY, options);
    call.start(listener, Ledger.number(number));
    call.request(2);
    call.sendMessage(new byte[1]);
    call.halfClose();
    return listener;
  }

  /** D1. */
  @Test
  void aServerThatDrainsFailsNoneOfAThousandCallsInFlight() throws Exception {
    Server server = serveLater();
    Map<Integer, RecordingListener<byte[]>> calls = fillFlight(local.channel());

    server.shutdown();
    unanswered.forEach(ShutdownTest::answer);

    ledger.assertAgreesWith(calls);
    for (RecordingListener<byte[]> call : calls.values()) {
      assertTrue(call.status.isOk(), () -> call.status.toString());
    }
    assertEquals(IN_FLIGHT, ledger.completed());
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS), "the server never ends");
  }

  /** D2: the drain takes too long, and while some calls are answered the server ends the rest. */
  @Test
  void aServerThatGivesUpDrainingEndsEachCallOnce() throws Exception {
    Server server = serveLater();
    Map<Integer, RecordingListener<byte[]>> calls = fillFlight(local.channel());
    server.shutdown();
    assertFalse(server.awaitTermination(1, TimeUnit.MILLISECONDS));

    TestThread answering =
        TestThread.run(
            () -> {
              for (int i = 0; i < IN_FLIGHT / 2; i++) {
                answer(unanswered.take());
              }
            });
    Local.await("some are answered", () -> unanswered.size() < IN_FLIGHT - 10);
    server.shutdownNow();
    answering.finish();

    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS), "the server never ends");
    ledger.assertAgreesWith(calls);
    for (RecordingListener<byte[]> call : calls.values()) {
      Status.Code code = call.status.getCode();
      assertTrue(
          code == Status.Code.OK || code == Status.Code.UNAVAILABLE, () -> call.status.toString());
    }
    assertTrue(ledger.completed() <= IN_FLIGHT / 2);
  }

  /** L5: what a server that goes away did not take on is made again, and run once. */
  @Test
  void callsThatMeetAGoAwayAreRunOnce() throws Exception {
    Server server = serveEcho();
    ManagedChannel channel = local.channel();
    Map<Integer, RecordingListener<byte[]>> calls = new ConcurrentHashMap<>();
    AtomicInteger started = new AtomicInteger();
    int restarts = 20;
    int perRestart = 100;
    TestThread caller =
        TestThread.run(
            () -> {
              for (int i = 0; i < restarts * perRestart; i++) {
                calls.put(i, call(channel, i, CallOptions.DEFAULT.withWaitForReady()));
                started.incrementAndGet();
                if (i % 10 == 0) {
                  calls.get(i).awaitClose();
                }
              }
            });

    for (int restart = 1; restart < restarts; restart++) {
      int enough = restart * perRestart;
      Local.await("calls are made", () -> started.get() >= enough || !caller.isAlive());
      server.shutdown();
      assertTrue(server.awaitTermination(15, TimeUnit.SECONDS), "the server never ends");
      server = serveEcho();
    }
    caller.finish();

    ledger.assertAgreesWith(calls);
    for (RecordingListener<byte[]> call : calls.values()) {
      assertTrue(call.status.isOk(), () -> call.status.toString());
    }
    assertEquals(calls.size(), ledger.begun());
  }

  /** The peer would not have made it, had it read what is on its way. */
  @Test
  void aCallThatComesTooLateCutsNothingOffOfWhatTheServerStillSends() throws Exception {
    byte[] large = new byte[400_000];
    CountDownLatch answered = new CountDownLatch(1);
    Server server =
        local.serve(
            b ->
                b.addService(
                    Raw.service(
                        Raw.UNARY,
                        CallTest.onMessage(
                            (call, message) -> {
                              call.sendHeaders(new Metadata());
                              call.sendMessage(large);
                              call.close(Status.OK, new Metadata());
                              answered.countDown();
                            }))));
    ScriptedPeer peer = local.greetedPeer();
    peer.unary(1, "raw/Unary", (byte) 1);
    Local.await(answered);
    server.shutdown();
    Local.await("the connection ends", () -> threads("strait-disconnect") > 0);

    peer.unary(3, "raw/Unary", (byte) 1);

    assertFalse(server.awaitTermination(300, TimeUnit.MILLISECONDS), "with bytes unsent");
    int bytes = 0;
    for (RawFrame frame = peer.next(); frame.type() != FrameType.GO_AWAY; frame = peer.next()) {
      assertEquals(frame.type() == FrameType.WINDOW ? 0 : 1, frame.streamId(), frame::toString);
      bytes += frame.data().length;
    }
    assertTrue(bytes >= large.length, "only " + bytes + " bytes came");
  }

  /** The policy is asked between the choice of the connection and the first frame on it. */
  @Test
  void aCallWhoseConnectionEndsBeforeItIsPutThereIsMadeAgain() throws Exception {
    Server first = serveEcho();
    ManagedChannel channel = local.channel();
    assertTrue(call(channel, 0, CallOptions.DEFAULT).awaitClose().isOk());
    AtomicBoolean ended = new AtomicBoolean();
    PeerPolicy endingTheFirst =
        PeerPolicy.matching("anybody", peer -> ended.getAndSet(true) || replaced(first));

    RecordingListener<byte[]> call =
        call(
            ClientInterceptors.intercept(channel, PeerInterceptors.serverMustBe(endingTheFirst)),
            1,
            CallOptions.DEFAULT.withWaitForReady());

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
  }

  /** Another server at the address, with nothing left of the first one and its connection. */
  private boolean replaced(Server first) {
    try {
      first.shutdownNow();
      assertTrue(first.awaitTermination(15, TimeUnit.SECONDS), "the server never ends");
      Local.await("readers end", () -> threads("strait-reader") == 0);
      serveEcho();
      return true;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private long threads(String kind) {
    String name = kind + " " + local.address();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .count();
  }

  private Server serveEcho() throws Exception {
    return local.serve(b -> b.intercept(ledger).addService(Raw.service(Raw.UNARY, Raw.echo())));
  }
}
