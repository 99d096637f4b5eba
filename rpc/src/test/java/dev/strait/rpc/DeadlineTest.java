package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When calls end, on a clock that only the test moves. */
final class DeadlineTest {
  private static final List<MethodDescriptor<byte[], byte[]>> METHODS =
      List.of(Raw.UNARY, Raw.SERVER_STREAM, Raw.CLIENT_STREAM, Raw.BIDI);

  /** What G1 leaves between a deadline and its event. */
  private static final Duration STEP = Duration.ofMillis(100);

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();
  private final Ledger ledger = new Ledger();

  // G1.

  /** A listener that throws where it is told to, and knows its deadline and when it was closed. */
  private final class Timed extends RecordingListener<byte[]> {
    final Deadline deadline;
    private final String throwsIn;
    volatile long lateNanos;
    volatile String thread;

    Timed(Deadline deadline, String throwsIn) {
      this.deadline = deadline;
      this.throwsIn = throwsIn;
    }

    @Override
    public void onHeaders(Metadata headers) {
      super.onHeaders(headers);
      maybeThrow("headers");
    }

    @Override
    public void onMessage(byte[] message) {
      super.onMessage(message);
      maybeThrow("message");
    }

    @Override
    public void onReady() {
      super.onReady();
      maybeThrow("ready");
    }

    @Override
    public void onClose(Status received, Metadata trailers) {
      lateNanos = -deadline.timeRemaining(TimeUnit.NANOSECONDS);
      thread = Thread.currentThread().getName();
      super.onClose(received, trailers);
      maybeThrow("close");
    }

    private void maybeThrow(String where) {
      if (where.equals(throwsIn)) {
        throw new IllegalStateException("on purpose, in " + where);
      }
    }
  }

  /** G1: of calls of all kinds each ends once, in time, whatever throws and whoever refuses. */
  @Test
  void everyCallEndsOnceInTimeWhateverThrowsAndWhoeverRefuses() throws Exception {
    int count = 2_000;
    ExecutorService handlers = Executors.newFixedThreadPool(2);
    ExecutorService callbacks = Executors.newFixedThreadPool(2);
    local.closing(handlers::shutdownNow);
    local.closing(callbacks::shutdownNow);
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("on purpose");
        };
    Executor[] executors = {null, callbacks, refusing};
    String[] throwing = {"", "", "headers", "message", "ready", "close"};
    local.serve(b -> time.drive(b.executor(handlers).intercept(ledger).addService(anyhow())));
    ManagedChannel channel = local.channel(time::drive);
    Random random = new Random(5);
    Map<Integer, Timed> calls = new HashMap<>();
    List<Timed> refused = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Deadline deadline = time.deadlineIn(Duration.ofNanos(1 + random.nextLong(1_000_000_000)));
      Timed listener = new Timed(deadline, throwing[random.nextInt(throwing.length)]);
      Executor executor = executors[random.nextInt(executors.length)];
      CallOptions options = CallOptions.DEFAULT.withExecutor(executor);
      calls.put(i, listener);
      if (executor == refusing) {
        refused.add(listener);
      }
      MethodDescriptor<byte[], byte[]> method = METHODS.get(random.nextInt(METHODS.size()));
      if (random.nextBoolean()) {
        start(channel, method, options.withDeadline(deadline), listener, number, random);
      } else {
        Context.current()
            .withDeadline(deadline, time.scheduler())
            .run(() -> start(channel, method, options, listener, number, random));
      }
    }

    for (int step = 0; step < 10; step++) {
      time.advance(STEP);
      // Who is due ends while the clock stands: no later than a step after the deadline.
      for (Timed call : calls.values()) {
        if (call.deadline.isExpired()) {
          call.awaitClose();
        }
      }
    }

    ledger.assertAgreesWith(calls);
    for (Timed call : calls.values()) {
      assertTrue(call.lateNanos <= STEP.toNanos(), () -> call.lateNanos + " ns late");
    }
    for (Timed call : refused) {
      assertTrue(call.thread.startsWith("strait-callbacks"), call.thread);
    }
    assertTrue(ledger.begun() > count / 2, "only " + ledger.begun() + " calls came so far");
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "a call is still counted");
  }

  private static void start(
      ManagedChannel channel,
      MethodDescriptor<byte[], byte[]> method,
      CallOptions options,
      Timed listener,
      int number,
      Random random) {
    ClientCall<byte[], byte[]> call = channel.newCall(method, options);
    call.start(listener, Ledger.number(number));
    call.request(random.nextInt(3));
    call.sendMessage(new byte[] {(byte) random.nextInt(4)});
    if (method.getType().clientSendsOneMessage() || random.nextBoolean()) {
      call.halfClose();
    }
  }

  /** Answers, or does not, or throws, as the first message says. */
  private static ServerServiceDefinition anyhow() {
    ServerCallHandler<byte[], byte[]> handler =
        (call, headers) -> {
          call.request(2);
          return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
              switch (message[0]) {
                case 0 -> {
                  call.sendHeaders(new Metadata());
                  call.sendMessage(message);
                  call.close(Status.OK, new Metadata());
                }
                case 1 -> throw new IllegalStateException("on purpose");
                case 2 -> call.sendHeaders(new Metadata());
                default -> {}
              }
            }
          };
        };
    var service = ServerServiceDefinition.builder("raw");
    METHODS.forEach(method -> service.addMethod(method, handler));
    return service.build();
  }

  /** G1: so do calls for which there never is a connection. */
  @Test
  void callsThatWaitForAServerInVainEndInTime() throws Exception {
    ManagedChannel channel = local.channel(time::drive);
    Map<Integer, Timed> calls = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      Deadline deadline = time.deadlineIn(Duration.ofMillis(10L * i + 1));
      Timed listener = new Timed(deadline, "");
      calls.put(i, listener);
      CallOptions options = CallOptions.DEFAULT.withWaitForReady().withDeadline(deadline);
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, options);
      call.start(listener, new Metadata());
      call.sendMessage(new byte[1]);
      call.halfClose();
    }

    for (int step = 0; step < 20; step++) {
      time.advance(STEP);
      for (Timed call : calls.values()) {
        assertEquals(call.deadline.isExpired(), awaitIf(call.deadline.isExpired(), call));
      }
    }

    for (Timed call : calls.values()) {
      call.assertClosedOnce();
      assertEquals(Status.Code.DEADLINE_EXCEEDED, call.status.getCode());
      assertTrue(call.lateNanos <= STEP.toNanos(), () -> call.lateNanos + " ns late");
    }
  }

  private static boolean awaitIf(boolean expired, RecordingListener<?> call)
      throws InterruptedException {
    if (expired) {
      call.awaitClose();
    }
    return call.isClosed();
  }

  // C3.

  /** C3: the client says nothing more, and the server tells the handler when the time is up. */
  @Test
  void aHandlerIsToldThatTheTimeIsUpWhileTheClientIsSilent() throws Exception {
    Semaphore begun = new Semaphore(0);
    Semaphore told = new Semaphore(0);
    AtomicReference<Context> context = new AtomicReference<>();
    local.serve(
        b ->
            time.drive(
                b.addService(
                    Raw.service(
                        Raw.BIDI,
                        (call, headers) -> {
                          context.set(Context.current());
                          begun.release();
                          return new ServerCall.Listener<>() {
                            @Override
                            public void onCancel() {
                              told.release();
                            }
                          };
                        }))));
    ScriptedPeer peer = local.greetedPeer();
    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | FrameType.FLAG_TIMEOUT,
        openWithTimeout("raw/Bidi", TimeUnit.SECONDS.toNanos(5)));
    assertTrue(begun.tryAcquire(15, TimeUnit.SECONDS));

    time.advance(Duration.ofNanos(4_999_999_999L));
    assertFalse(context.get().isCancelled());
    time.advance(Duration.ofNanos(1));

    RawFrame cancel = peer.next(FrameType.CANCEL);
    assertEquals(CancelCode.DEADLINE_EXCEEDED, cancel.cancelCode());
    assertTrue(told.tryAcquire(15, TimeUnit.SECONDS), "the handler heard nothing");
    assertTrue(context.get().isCancelled());
    assertEquals(
        Status.Code.DEADLINE_EXCEEDED,
        io.grpc.Contexts.statusFromCancelled(context.get()).getCode());
  }

  private static Data openWithTimeout(String method, long nanos) {
    return new Data().u32(0).text(method).u64(nanos).u16(0).noMetadata();
  }

  // C4.

  /** C4: a deadline of nothing or less ends the call before anybody hears of it. */
  @Test
  void aDeadlineOfZeroOrLessEndsTheCallAtOnce() throws Exception {
    local.serve(b -> time.drive(b.intercept(ledger).addService(anyhow())));
    ManagedChannel channel = local.channel(time::drive);
    long[] delays = {0, -1, -1_000_000_000, Long.MIN_VALUE};
    for (long nanos : delays) {
      CallOptions options =
          CallOptions.DEFAULT.withDeadline(Deadline.after(nanos, TimeUnit.NANOSECONDS, time));
      RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, options);
      assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
      call.assertClosedOnce();
    }
    assertEquals(0, ledger.begun());
  }

  /** C4: the longest deadline is none that ever passes, nor one that overflows. */
  @Test
  void theLongestDeadlineNeverPasses() throws Exception {
    local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    ManagedChannel channel = local.channel(time::drive);
    Deadline deadline = Deadline.after(Long.MAX_VALUE, TimeUnit.NANOSECONDS, time);

    time.advance(Duration.ofDays(365));
    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withDeadline(deadline), (byte) 1);

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
  }

  /** C4: what a peer may send as a timeout: 0 is over, 2^63 - 1 and more is none. */
  @Test
  void timeoutsAtTheEndsOfTheirRangeAreWhatTheyAre() throws Exception {
    Queue<Deadline> deadlines = new ConcurrentLinkedQueue<>();
    local.serve(
        b ->
            time.drive(
                b.addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          Context context = Context.current();
                          // The first call's has passed, and its handler may begin late.
                          if (context.getDeadline() != null && !context.isCancelled()) {
                            deadlines.add(context.getDeadline());
                          }
                          return Raw.echo().startCall(call, headers);
                        }))));
    ScriptedPeer peer = local.greetedPeer();
    int flags =
        FrameType.FLAG_METHOD_NAME
            | FrameType.FLAG_TIMEOUT
            | FrameType.FLAG_WITH_MESSAGE
            | FrameType.FLAG_END;

    peer.send(1, FrameType.OPEN, flags, openWithTimeout("raw/Unary", 0));
    assertEquals(CancelCode.DEADLINE_EXCEEDED, peer.nextButWindow().cancelCode());
    long[] none = {Long.MAX_VALUE, Long.MIN_VALUE, -1};
    for (int i = 0; i < none.length; i++) {
      peer.send(3 + 2 * i, FrameType.OPEN, flags, openWithTimeout("raw/Unary", none[i]));
      assertEquals(0, peer.nextButWindow().statusCode());
    }
    assertNull(deadlines.poll());

    peer.send(9, FrameType.OPEN, flags, openWithTimeout("raw/Unary", Long.MAX_VALUE - 1));
    assertEquals(0, peer.nextButWindow().statusCode());
    assertFalse(deadlines.remove().isExpired());
  }

  /** C4: a clock that overflows meanwhile is as good as any: VirtualTime is about to. */
  @Test
  void aDeadlineBeyondTheOverflowOfTheClockPassesWhenItIsDue() throws Exception {
    local.serve(b -> time.drive(b.addService(anyhow())));
    ManagedChannel channel = local.channel(time::drive);
    CallOptions options = CallOptions.DEFAULT.withDeadline(time.deadlineIn(Duration.ofSeconds(3)));
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, options, (byte) 3);

    time.advance(Duration.ofMillis(2_999));
    assertTrue(time.nanoTime() < 0, "the clock has overflowed");
    assertFalse(call.isClosed());
    time.advance(Duration.ofMillis(1));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
  }

  // C6.

  /** C6: of 100,000 calls with a deadline that are cancelled no timer stays, on either side. */
  @Test
  void cancelledCallsLeaveNoTimer() throws Exception {
    local.serve(b -> time.drive(b.addService(anyhow())));
    ManagedChannel channel = local.channel(time::drive);
    int before = time.timers();
    for (int batch = 0; batch < 1_000; batch++) {
      CallOptions options =
          CallOptions.DEFAULT
              .withDeadline(time.deadlineIn(Duration.ofMinutes(batch + 1)))
              .withExecutor(Runnable::run);
      for (int i = 0; i < 100; i++) {
        ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, options);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(new byte[] {3});
        if (i % 2 == 0) {
          call.halfClose();
        }
        call.cancel("on purpose", null);
      }
    }

    Local.await("timers stay: " + time.timers(), () -> time.timers() == before);
  }

  /** C6: neither does one in the scheduler that channels and servers make for themselves. */
  @Test
  void aCancelledTimerLeavesTheSchedulerAtOnce() {
    var scheduler = (ScheduledThreadPoolExecutor) Schedulers.newScheduler("timer", Thread::new);
    try {
      for (int i = 0; i < 100_000; i++) {
        scheduler.schedule(() -> {}, 1, TimeUnit.HOURS).cancel(false);
      }
      assertEquals(0, scheduler.getQueue().size());
    } finally {
      scheduler.shutdownNow();
    }
  }
}
