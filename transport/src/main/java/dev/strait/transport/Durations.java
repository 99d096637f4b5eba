package dev.strait.transport;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a clock's value without overflow. */
final class Durations {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

  private Durations() {}

  static long toNanos(Duration duration) {
    if (duration.isNegative()) {
      return 0;
    }
    return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos();
  }
}
