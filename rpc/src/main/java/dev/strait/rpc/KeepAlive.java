package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a silent peer is gone: when nothing came for a while it pings, and when nothing
 * comes after that either, the connection ends. Runs while calls are open only, unless told
 * otherwise. Thread-safe.
 */
final class KeepAlive {
  private static final long NO_PING = 0;

  private final Connection connection;
  private final ConnectionSettings settings;
  private final AtomicLong reads = new AtomicLong();

  @GuardedBy("this")
  private @Nullable ScheduledFuture<?> timer;

  @GuardedBy("this")
  private int schedules; // counts, so that a check that came too late knows

  @GuardedBy("this")
  private long readsSeen;

  @GuardedBy("this")
  private long pingSequence = NO_PING;

  @GuardedBy("this")
  private boolean awaitingPong;

  @GuardedBy("this")
  private long pingedAtNanos;

  @GuardedBy("this")
  private boolean closed;

  private volatile long roundTripNanos = -1;

  KeepAlive(Connection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.settings = settings;
  }

  /** Something came. Called by the reading role. Hot. */
  void read() {
    reads.lazySet(reads.getPlain() + 1);
  }

  /** Begins to watch. */
  synchronized void start() {
    if (settings.keepAlive().timeNanos() != Long.MAX_VALUE && !closed) {
      schedule(settings.keepAlive().timeNanos());
    }
  }

  synchronized void stop() {
    closed = true;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** The peer answered a ping. */
  synchronized void pong(long sequence) {
    if (awaitingPong && sequence == pingSequence) {
      awaitingPong = false;
      roundTripNanos = settings.ticker().nanoTime() - pingedAtNanos;
      if (timer != null && !closed) {
        timer.cancel(false);
        schedule(settings.keepAlive().timeNanos());
      }
    }
  }

  /** How long the last answer to a ping took; negative if there was none. */
  long roundTripNanos() {
    return roundTripNanos;
  }

  private void check(int schedule) {
    long ping;
    synchronized (this) {
      if (closed || schedule != schedules) {
        return;
      }
      long now = reads.get();
      boolean silent = now == readsSeen;
      readsSeen = now;
      if (!silent || !(connection.calls().areOpen() || settings.keepAlive().withoutCalls())) {
        awaitingPong = false;
        schedule(settings.keepAlive().timeNanos());
        return;
      }
      if (awaitingPong) {
        closed = true;
        ping = NO_PING;
      } else {
        awaitingPong = true;
        ping = ++pingSequence;
        pingedAtNanos = settings.ticker().nanoTime();
        schedule(settings.keepAlive().timeoutNanos());
      }
    }
    if (ping != NO_PING) {
      connection.sendPing(ping);
    } else {
      connection
          .end()
          .goAwayAndClose(
              GoAwayReason.KEEPALIVE_TIMEOUT,
              "nothing came for "
                  + TimeUnit.NANOSECONDS.toMillis(settings.keepAlive().timeoutNanos())
                  + " ms after a ping");
    }
  }

  @GuardedBy("this")
  private void schedule(long delayNanos) {
    int schedule = ++schedules;
    timer = settings.scheduler().schedule(() -> check(schedule), delayNanos, TimeUnit.NANOSECONDS);
  }
}
