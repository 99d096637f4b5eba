package dev.strait.transport;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A monotonic clock in nanoseconds, and how threads wait by it. Times are compared by subtraction.
 * Thread-safe.
 */
@FunctionalInterface
public interface Ticker {
  /** Nanoseconds since an arbitrary origin. */
  long nanoTime();

  /** The system's monotonic clock. */
  static Ticker system() {
    return System::nanoTime;
  }

  /**
   * Blocks the current thread until {@link #unpark}, an interrupt, or the time is up; also for no
   * reason, like {@link LockSupport#park}.
   *
   * @param blocker what is waited for, to be seen in thread dumps
   * @param nanos for how long at most; {@link Long#MAX_VALUE} for ever
   */
  default void park(Object blocker, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      LockSupport.park(blocker);
    } else {
      LockSupport.parkNanos(blocker, nanos);
    }
  }

  /** Ends the present or the next {@link #park} of {@code thread}, if there is such a thread. */
  default void unpark(@Nullable Thread thread) {
    LockSupport.unpark(thread);
  }

  /** Whether {@code thread} waits or is blocked, rather than computes. */
  default boolean isWaiting(Thread thread) {
    return thread.getState() != Thread.State.RUNNABLE;
  }
}
