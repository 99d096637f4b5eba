package dev.strait.rpc;

import io.grpc.Deadline;
import io.grpc.Metadata;
import java.util.concurrent.TimeUnit;

/**
 * The metadata entry {@code grpc-timeout}, with which gRPC sends a deadline: up to eight digits and
 * a unit. Strait's frames have a field of their own for that, so the entry never travels; handlers
 * and interceptors find it all the same.
 *
 * <p>{@link Metadata} cannot make an entry when it is asked for, so it is put in for every call
 * that has a deadline, at the price of about 0.1 us. Other calls pay nothing.
 */
final class TimeoutEntry {
  private static final long DIGITS_LIMIT = 100_000_000;

  private static final Metadata.Key<Long> KEY =
      Metadata.Key.of(
          "grpc-timeout",
          new Metadata.AsciiMarshaller<>() {
            @Override
            public String toAsciiString(Long nanos) {
              return format(nanos);
            }

            @Override
            public Long parseAsciiString(String serialized) {
              throw new UnsupportedOperationException("the entry is only written");
            }
          });

  private TimeoutEntry() {}

  /** Drops an entry that the application made up, or passes on: it would lie. */
  static void discard(Metadata metadata) {
    metadata.discardAll(KEY);
  }

  /** Puts what is left of the deadline in, in place of an entry that the caller made up. */
  static void put(Metadata metadata, Deadline deadline) {
    metadata.discardAll(KEY);
    metadata.put(KEY, Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  /** The finest unit in which the digits suffice; rounded down. */
  static String format(long nanos) {
    if (nanos < DIGITS_LIMIT) {
      return nanos + "n";
    }
    if (nanos / 1_000 < DIGITS_LIMIT) {
      return nanos / 1_000 + "u";
    }
    if (nanos / 1_000_000 < DIGITS_LIMIT) {
      return nanos / 1_000_000 + "m";
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
    if (seconds < DIGITS_LIMIT) {
      return seconds + "S";
    }
    long minutes = seconds / 60;
    return minutes < DIGITS_LIMIT ? minutes + "M" : minutes / 60 + "H";
  }
}
