package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the handlers of a server went through, by the numbers that their callers gave the calls, to
 * be held against what the callers heard; and how many ran at once. Thread-safe.
 */
final class Ledger implements ServerInterceptor {
  private static final Metadata.Key<String> CALL =
      Metadata.Key.of("call", Metadata.ASCII_STRING_MARSHALLER);

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostRunning = new AtomicInteger();

  private static final class Entry {
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    volatile boolean completed;
    volatile Status closedWith;
  }

  /** Metadata that tells the number of a call. */
  static Metadata number(int call) {
    Metadata metadata = new Metadata();
    metadata.put(CALL, Integer.toString(call));
    return metadata;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    Entry entry = entries.computeIfAbsent(headers.get(CALL), number -> new Entry());
    entry.begun.incrementAndGet();
    AtomicBoolean runs = new AtomicBoolean(true);
    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
    try {
      return new Watched<>(next.startCall(new Closing<>(call, entry, runs), headers), entry, runs);
    } catch (Throwable e) {
      // It hears nothing more.
      leave(runs);
      entry.ended.incrementAndGet();
      throw e;
    }
  }

  private void leave(AtomicBoolean runs) {
    if (runs.getAndSet(false)) {
      running.decrementAndGet();
    }
  }

  /** How many handlers began. */
  int begun() {
    return entries.values().stream().mapToInt(entry -> entry.begun.get()).sum();
  }

  /** How many have heard their last. */
  int ended() {
    return entries.values().stream().mapToInt(entry -> entry.ended.get()).sum();
  }

  /** How many of the handlers heard that their answer was sent. */
  int completed() {
    return (int) entries.values().stream().filter(entry -> entry.completed).count();
  }

  /** The numbers of the calls whose handlers have begun and not heard their last. */
  List<String> open() {
    return entries.entrySet().stream()
        .filter(entry -> entry.getValue().ended.get() < entry.getValue().begun.get())
        .map(Map.Entry::getKey)
        .toList();
  }

  int running() {
    return running.get();
  }

  /** How many ran at once at the worst instant. */
  int mostRunning() {
    return mostRunning.get();
  }

  /**
   * Waits until every handler that began has ended, and asserts that none did either twice. The
   * handler of a call that is cancelled at once may begin only after this.
   */
  void awaitEachEndedOnce() throws InterruptedException {
    Local.await(
        "of " + begun() + " handlers some never end",
        () -> entries.values().stream().allMatch(entry -> entry.ended.get() >= entry.begun.get()));
    entries.forEach(
        (number, entry) -> {
          assertTrue(entry.ended.get() <= 1, () -> number + " ended " + entry.ended + " times");
          assertTrue(entry.begun.get() <= 1, () -> number + " was run " + entry.begun + " times");
        });
  }

  /** Whether a handler has had the call with this number. */
  boolean knows(int number) {
    return entries.containsKey(String.valueOf(number));
  }

  /**
   * Asserts that each of these calls ended once, that so did each handler, and that no caller heard
   * of a success that its handler does not know of.
   */
  void assertAgreesWith(Map<Integer, ? extends RecordingListener<?>> calls)
      throws InterruptedException {
    for (RecordingListener<?> call : calls.values()) {
      call.awaitClose();
    }
    awaitEachEndedOnce();
    calls.forEach(
        (number, call) -> {
          call.assertClosedOnce();
          if (call.isAnswered()) {
            Entry entry = entries.get(number.toString());
            assertNotNull(entry, () -> "call " + number + " succeeded without a handler");
            assertEquals(Status.OK, entry.closedWith, () -> "how " + number + " was answered");
            assertTrue(entry.completed, () -> number + " was not completed");
          }
        });
  }

  private final class Closing<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private final Entry entry;
    private final AtomicBoolean runs;

    Closing(ServerCall<ReqT, RespT> call, Entry entry, AtomicBoolean runs) {
      super(call);
      this.entry = entry;
      this.runs = runs;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      entry.closedWith = status;
      // Before, because the next handler may begin inside.
      leave(runs);
      super.close(status, trailers);
    }
  }

  private final class Watched<ReqT> extends SimpleForwardingServerCallListener<ReqT> {
    private final Entry entry;
    private final AtomicBoolean runs;

    Watched(ServerCall.Listener<ReqT> listener, Entry entry, AtomicBoolean runs) {
      super(listener);
      this.entry = entry;
      this.runs = runs;
    }

    @Override
    public void onMessage(ReqT message) {
      try {
        super.onMessage(message);
      } catch (Throwable e) {
        leave(runs);
        throw e;
      }
    }

    @Override
    public void onHalfClose() {
      try {
        super.onHalfClose();
      } catch (Throwable e) {
        leave(runs);
        throw e;
      }
    }

    @Override
    public void onCancel() {
      leave(runs);
      try {
        super.onCancel();
      } finally {
        entry.ended.incrementAndGet();
      }
    }

    @Override
    public void onComplete() {
      leave(runs);
      entry.completed = true;
      try {
        super.onComplete();
      } finally {
        entry.ended.incrementAndGet();
      }
    }
  }
}
