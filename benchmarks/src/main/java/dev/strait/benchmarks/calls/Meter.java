package dev.strait.benchmarks.calls;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Counts what callbacks see, and lets a benchmark wait until so much more has come. What comes
 * between two waits counts for the second one, so the count loses nothing to the waking up. Any
 * thread may count, one waits.
 */
final class Meter {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong count = new AtomicLong();
  private volatile long awaited = Long.MAX_VALUE;
  private volatile @Nullable Thread waiter;
  private volatile @Nullable Throwable failure;
  private long mark;

  void add(long amount) {
    if (count.addAndGet(amount) >= awaited) {
      wake();
    }
  }

  void fail(Throwable cause) {
    failure = cause;
    wake();
  }

  /** The next wait counts from here. */
  void start() {
    mark = count.get();
  }

  /** Waits until so much more has come than there was at the end of the last wait. */
  void await(long amount) {
    mark += amount;
    waiter = Thread.currentThread();
    awaited = mark;
    long before = count.get();
    long giveUp = System.nanoTime() + PATIENCE_NANOS;
    while (count.get() < mark) {
      LockSupport.parkNanos(this, PATIENCE_NANOS);
      if (failure != null) {
        throw new IllegalStateException("a call failed", failure);
      }
      if (System.nanoTime() - giveUp > 0) {
        long now = count.get();
        if (now == before) {
          throw new IllegalStateException("it stands still at " + now + " of " + mark);
        }
        before = now;
        giveUp = System.nanoTime() + PATIENCE_NANOS;
      }
    }
    awaited = Long.MAX_VALUE;
  }

  private void wake() {
    LockSupport.unpark(waiter);
  }
}
