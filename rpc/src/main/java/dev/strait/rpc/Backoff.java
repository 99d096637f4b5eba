package dev.strait.rpc;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt to connect: full jitter, between 10 ms and a ceiling
 * that doubles with each failure up to 1 s. Not thread-safe.
 */
final class Backoff {
  private static final long FIRST_NANOS = 10_000_000;
  private static final long LAST_NANOS = 1_000_000_000;

  private final RandomGenerator random;
  private long ceilingNanos = FIRST_NANOS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait after one more failure, in nanoseconds. */
  long nextNanos() {
    ceilingNanos = Math.min(LAST_NANOS, ceilingNanos * 2);
    return random.nextLong(FIRST_NANOS, ceilingNanos + 1);
  }

  /** An attempt succeeded, or is to be made at once. */
  void reset() {
    ceilingNanos = FIRST_NANOS;
  }
}
