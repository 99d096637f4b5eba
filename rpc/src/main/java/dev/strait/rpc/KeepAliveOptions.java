package dev.strait.rpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When a connection pings.
 *
 * @param timeNanos how long nothing may come before a ping; {@link Long#MAX_VALUE} for never
 * @param timeoutNanos how long a ping may stay unanswered
 * @param withoutCalls whether to ping also while no call is open
 */
record KeepAliveOptions(long timeNanos, long timeoutNanos, boolean withoutCalls) {
  /** Off; if switched on, 20 s for an answer. */
  static final KeepAliveOptions DEFAULTS =
      new KeepAliveOptions(Long.MAX_VALUE, Duration.ofSeconds(20).toNanos(), false);

  private static final Duration LONGEST = Duration.ofDays(365);

  /** These with another time; 365 days and more switch it off. */
  KeepAliveOptions withTime(long value, TimeUnit unit) {
    Duration time = Arguments.positive("keepAliveTime", value, unit);
    boolean off = time.compareTo(LONGEST) >= 0;
    return new KeepAliveOptions(off ? Long.MAX_VALUE : time.toNanos(), timeoutNanos, withoutCalls);
  }

  KeepAliveOptions withTimeout(long value, TimeUnit unit) {
    long nanos = Arguments.positive("keepAliveTimeout", value, unit).toNanos();
    return new KeepAliveOptions(timeNanos, nanos, withoutCalls);
  }

  KeepAliveOptions withoutCalls(boolean enable) {
    return new KeepAliveOptions(timeNanos, timeoutNanos, enable);
  }
}
