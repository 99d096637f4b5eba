package dev.strait.transport;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A wake-up that is not lost when it comes before the wait. Any thread raises, one thread waits.
 */
final class Signal {
  private final AtomicBoolean raised = new AtomicBoolean();
  private final Ticker ticker;
  private volatile @Nullable Thread waiter;

  Signal(Ticker ticker) {
    this.ticker = ticker;
  }

  void raise() {
    // The waiter shows itself before it looks at the flag, and the flag is set before the look for
    // a
    // waiter: one of the two sees the other.
    if (!raised.getAndSet(true)) {
      ticker.unpark(waiter);
    }
  }

  /** Waits until raised, the time is up or the thread is interrupted; lowers the flag. */
  void await(long timeoutNanos) {
    long start = ticker.nanoTime();
    waiter = Thread.currentThread();
    try {
      while (!raised.get() && !Thread.currentThread().isInterrupted()) {
        boolean forEver = timeoutNanos == Long.MAX_VALUE;
        long left = forEver ? timeoutNanos : timeoutNanos - (ticker.nanoTime() - start);
        if (left <= 0) {
          break;
        }
        ticker.park(this, left);
      }
    } finally {
      waiter = null;
      raised.set(false);
    }
  }
}
