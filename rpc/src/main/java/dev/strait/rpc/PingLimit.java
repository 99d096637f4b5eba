package dev.strait.rpc;

import java.util.concurrent.TimeUnit;

/**
 * How often the peer may ping: one that comes sooner after the last one is a strike, and more than
 * two strikes in a row are a flood. As in gRPC, whose numbers these are. Used by the reading role
 * only.
 */
final class PingLimit {
  /**
   * What is allowed.
   *
   * @param nanos between pings
   * @param withoutCalls whether this also holds while no call is open; if not, {@link
   *     #WITHOUT_CALLS_NANOS} must lie between pings then
   */
  record Options(long nanos, boolean withoutCalls) {}

  private static final long WITHOUT_CALLS_NANOS = TimeUnit.HOURS.toNanos(2);
  private static final int MAX_STRIKES = 2;

  private final Connection connection;
  private final ConnectionSettings settings;
  private boolean pinged;
  private long lastNanos;
  private int strikes;

  PingLimit(Connection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.settings = settings;
  }

  /**
   * A ping came.
   *
   * @throws WireException if it is one too many
   */
  void count() throws WireException {
    Options allowed = settings.pingLimit();
    long now = settings.ticker().nanoTime();
    long least =
        allowed.withoutCalls() || connection.calls().areOpen()
            ? allowed.nanos()
            : Math.max(allowed.nanos(), WITHOUT_CALLS_NANOS);
    boolean tooSoon = pinged && now - lastNanos < least;
    pinged = true;
    lastNanos = now;
    strikes = tooSoon ? strikes + 1 : 0;
    if (strikes > MAX_STRIKES) {
      throw new WireException(
          GoAwayReason.LIMIT_EXCEEDED,
          "too many pings: more than "
              + MAX_STRIKES
              + " in a row came sooner than the "
              + TimeUnit.NANOSECONDS.toMillis(least)
              + " ms that must lie between them");
    }
  }
}
