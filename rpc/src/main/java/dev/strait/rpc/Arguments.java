package dev.strait.rpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Checks what builders are given. */
final class Arguments {
  private Arguments() {}

  static int positive(String what, int value) {
    return (int) positive(what, (long) value);
  }

  static long positive(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, was " + value);
    }
    return value;
  }

  static int notNegative(String what, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " must be 0 or more, was " + value);
    }
    return value;
  }

  static Duration notNegative(String what, long value, TimeUnit unit) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " must be 0 or more, was " + value + " " + unit);
    }
    return Duration.ofNanos(unit.toNanos(value));
  }

  static Duration positive(String what, long value, TimeUnit unit) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " must be positive, was " + value + " " + unit);
    }
    return Duration.ofNanos(unit.toNanos(value));
  }
}
