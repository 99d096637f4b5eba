package dev.strait.benchmarks.calls;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When calls are due. Between them its thread sleeps, and spins for the last {@value #SPIN_MICROS}
 * microseconds, because a timer would add its own lateness to every latency.
 */
final class Pace {
  private static final int SPIN_MICROS = 150;

  private final long periodNanos;
  private long due;

  Pace(int callsPerSecond) {
    periodNanos = TimeUnit.SECONDS.toNanos(1) / callsPerSecond;
  }

  /** The next call is due after one period. */
  void start() {
    due = System.nanoTime();
  }

  /**
   * Waits until the next call is due. Does not wait if that has passed: who is late catches up.
   *
   * @return when it was due, by {@link System#nanoTime}
   */
  long awaitNext() {
    due += periodNanos;
    // Parks, since Thread.sleep takes whole milliseconds on Java 17.
    long parkNanos = due - System.nanoTime() - TimeUnit.MICROSECONDS.toNanos(SPIN_MICROS);
    if (parkNanos > 0) {
      LockSupport.parkNanos(parkNanos);
    }
    while (System.nanoTime() - due < 0) {
      Thread.onSpinWait();
    }
    return due;
  }
}
