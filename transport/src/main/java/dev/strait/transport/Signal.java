package dev.strait.transport;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A wake-up that is not lost when it comes before the wait. Any thread raises, one thread waits.
 */
final class Signal {
  private final AtomicBoolean raised = new AtomicBoolean();
  private volatile @Nullable Thread waiter;

  void raise() {
    // The waiter shows itself before it looks at the flag, and the flag is set before the look for
    // a
    // waiter: one of the two sees the other.
    if (!raised.getAndSet(true)) {
      LockSupport.unpark(waiter);
    }
  }

  /** Waits until raised, the time is up or the thread is interrupted; lowers the flag. */
  void await(long timeoutNanos, Ticker ticker) {
    long start = ticker.nanoTime();
    waiter = Thread.currentThread();
    try {
      while (!raised.get() && !Thread.currentThread().isInterrupted()) {
        if (timeoutNanos == Long.MAX_VALUE) {
          LockSupport.park(this);
          continue;
        }
        long left = timeoutNanos - (ticker.nanoTime() - start);
        if (left <= 0) {
          break;
        }
        LockSupport.parkNanos(this, left);
      }
    } finally {
      waiter = null;
      raised.set(false);
    }
  }
}
