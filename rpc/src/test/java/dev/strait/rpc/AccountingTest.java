package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.BufferPool;
import dev.strait.transport.contract.Resources;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Descriptors, threads, buffers, streams and timers are back at exactly what they were, whatever
 * came and went. A1, A2, H6.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AccountingTest {
  private static final int CONNECTS = 10_000;
  private static final int NIGHTLY_CONNECTS = 100_000;
  private static final int STREAMS = 100_000;
  private static final int NIGHTLY_STREAMS = 1_000_000;
  private static final int IN_FLIGHT = 256;

  /** So many looks, two milliseconds apart, are longer than a spare reader stays. */
  private static final int LOOKS = 700;

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.unix();

  /** So that timers can be counted; none of them passes unless a test lets it. */
  private final VirtualTime time = new VirtualTime();

  private record Counted(int descriptors, long threads, int buffers, int timers) {
    /** A spare reader, or what a test before has left to end, may have counted at first. */
    boolean isBackAt(Counted before) {
      return descriptors <= before.descriptors
          && threads <= before.threads
          && buffers == before.buffers
          && timers == before.timers;
    }
  }

  private Counted count() {
    return new Counted(
        Resources.descriptors(),
        Resources.threadsOf(local.address()),
        BufferPool.shared().outstanding(),
        time.timers());
  }

  private void assertBackAt(Counted before) throws InterruptedException {
    AtomicInteger looks = new AtomicInteger();
    Local.await(
        "all is back at " + before,
        () -> {
          letTimePass(looks);
          return count().isBackAt(before);
        });
  }

  /**
   * Readers that are spare stay for a second, and look at the clock once in a real one. The timers
   * of connections are further off.
   */
  private void letTimePass(AtomicInteger looks) {
    if (looks.getAndIncrement() < LOOKS) {
      time.advance(Duration.ofMillis(2));
    }
  }

  /** A1: each says HELLO, makes a call and goes. */
  @Test
  void tenThousandConnectsLeaveNothing() throws Exception {
    connectOften(CONNECTS);
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 1200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aHundredThousandConnectsLeaveNothing() throws Exception {
    connectOften(NIGHTLY_CONNECTS);
  }

  private void connectOften(int connects) throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    connectOnce();
    Counted before = settled();
    for (int i = 0; i < connects; i++) {
      connectOnce();
    }
    assertBackAt(before);
  }

  private void connectOnce() throws IOException {
    try (ScriptedPeer peer = ScriptedPeer.greet(local.address())) {
      peer.unary(1, Raw.UNARY.getFullMethodName(), (byte) 1);
      assertEquals(0, peer.nextButWindow().statusCode());
    }
  }

  /** A1, for the client's side: a tenth, since each has threads of its own. */
  @Test
  void aThousandChannelsLeaveNothing() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    useAChannel();
    Counted before = settled();
    for (int i = 0; i < CONNECTS / 10; i++) {
      useAChannel();
    }
    assertBackAt(before);
  }

  private void useAChannel() throws InterruptedException {
    ManagedChannel channel = time.drive(TestBuilders.channel(local.address())).build();
    assertTrue(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1).awaitClose().isOk());
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
  }

  /** H6: clients that go away inside their HELLO, and before it. */
  @Test
  void tenThousandAbortedHandshakesLeaveNothing() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    abort(0);
    Counted before = settled();
    for (int i = 0; i < CONNECTS; i++) {
      abort(i % 12);
    }
    assertBackAt(before);
    connectOnce();
  }

  private void abort(int bytes) throws IOException {
    try (ScriptedPeer peer = ScriptedPeer.connect(local.address())) {
      peer.sendBytes(Arrays.copyOf(ScriptedPeer.frame(0, FrameType.HELLO, 0, new byte[2]), bytes));
    }
  }

  /** A2: on one connection, with deadlines. */
  @Test
  void aHundredThousandStreamsLeaveNothing() throws Exception {
    callOften(STREAMS);
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 1200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aMillionStreamsLeaveNothing() throws Exception {
    callOften(NIGHTLY_STREAMS);
  }

  private void callOften(int streams) throws Exception {
    BlockingQueue<ServerCall<byte[], byte[]>> held = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            time.drive(b)
                .maxConcurrentCallsPerConnection(IN_FLIGHT)
                .maxRunningHandlers(IN_FLIGHT, 0)
                .addService(
                    ServerServiceDefinition.builder("raw")
                        .addMethod(Raw.UNARY, Raw.echo())
                        .addMethod(Raw.CLIENT_STREAM, holding(held))
                        .build()));
    ManagedChannel channel = local.channel(time::drive);
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1).awaitClose();
    Counted before = settled();
    CallOptions options = CallOptions.DEFAULT.withDeadline(time.deadlineIn(Duration.ofHours(1)));
    Semaphore places = new Semaphore(IN_FLIGHT);
    AtomicInteger succeeded = new AtomicInteger();
    for (int i = 0; i < streams; i++) {
      assertTrue(places.tryAcquire(15, TimeUnit.SECONDS), "no call ends");
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, options);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              succeeded.addAndGet(status.isOk() ? 1 : 0);
              places.release();
            }
          },
          new Metadata());
      call.request(2);
      call.sendMessage(new byte[] {(byte) i});
      call.halfClose();
    }
    assertTrue(places.tryAcquire(IN_FLIGHT, 15, TimeUnit.SECONDS), "some call never ends");

    assertEquals(streams, succeeded.get());
    assertBackAt(before);

    // None of them has kept its stream or its place among the handlers.
    for (int i = 0; i < IN_FLIGHT; i++) {
      Raw.unary(channel, Raw.CLIENT_STREAM, CallOptions.DEFAULT);
    }
    for (int i = 0; i < IN_FLIGHT; i++) {
      ServerCall<byte[], byte[]> call = held.poll(15, TimeUnit.SECONDS);
      assertTrue(call != null, i + " of " + IN_FLIGHT + " places are left");
    }
  }

  private static ServerCallHandler<byte[], byte[]> holding(Queue<ServerCall<byte[], byte[]>> held) {
    return (call, headers) -> {
      held.add(call);
      return new ServerCall.Listener<>() {};
    };
  }

  /** Counted when the threads and buffers of what just was have gone. */
  private Counted settled() throws InterruptedException {
    Counted[] last = {count()};
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger same = new AtomicInteger();
    Local.await(
        "it settles",
        () -> {
          letTimePass(looks);
          Counted now = count();
          same.set(now.equals(last[0]) ? same.get() + 1 : 0);
          last[0] = now;
          return same.get() > LOOKS;
        });
    return last[0];
  }
}
