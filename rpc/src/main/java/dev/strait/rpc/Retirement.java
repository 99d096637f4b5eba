package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a server's connection into retirement: when it has reached its age, or was idle for long.
 * Open calls go on, for the grace at most; the client makes new ones on a new connection.
 * Thread-safe.
 */
final class Retirement {
  /**
   * When connections retire.
   *
   * @param idleNanos after so long without calls; {@link Long#MAX_VALUE} for never
   * @param ageNanos after so long, give or take a tenth; {@link Long#MAX_VALUE} for never
   * @param graceNanos how long calls that are open then may go on; {@link Long#MAX_VALUE} for ever
   */
  record Options(long idleNanos, long ageNanos, long graceNanos) {
    static final Options NEVER = new Options(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    Options withIdle(long nanos) {
      return new Options(nanos, ageNanos, graceNanos);
    }

    Options withAge(long nanos) {
      return new Options(idleNanos, nanos, graceNanos);
    }

    Options withGrace(long nanos) {
      return new Options(idleNanos, ageNanos, nanos);
    }
  }

  private final Connection connection;
  private final Options options;
  private final ScheduledExecutorService scheduler;
  private final IdleCheck idleCheck;

  @GuardedBy("this")
  private @Nullable ScheduledFuture<?> timer;

  @GuardedBy("this")
  private boolean stopped;

  Retirement(Connection connection, Options options, ScheduledExecutorService scheduler) {
    this.connection = connection;
    this.options = options;
    this.scheduler = scheduler;
    this.idleCheck =
        new IdleCheck(
            connection.calls()::openedSoFar,
            connection.calls()::areOpen,
            () -> connection.end().drain(GoAwayReason.IDLE, "the connection was idle"));
  }

  /**
   * @param jitter from 0 to 1: spreads the ages of connections that were made at once
   */
  void start(double jitter) {
    if (options.idleNanos != Long.MAX_VALUE) {
      idleCheck.start(scheduler, options.idleNanos);
    }
    if (options.ageNanos != Long.MAX_VALUE) {
      schedule(this::ofAge, (long) (options.ageNanos * (0.9 + 0.2 * jitter)));
    }
  }

  void stop() {
    idleCheck.stop();
    synchronized (this) {
      stopped = true;
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }

  private void ofAge() {
    connection.end().drain(GoAwayReason.MAX_AGE, "the connection has reached its age");
    if (options.graceNanos != Long.MAX_VALUE) {
      schedule(this::graceIsOver, options.graceNanos);
    }
  }

  private void graceIsOver() {
    connection
        .end()
        .close(
            new IOException(
                connection.name()
                    + " goes away: the grace after its age is over, said by this side"));
  }

  private synchronized void schedule(Runnable step, long nanos) {
    if (!stopped) {
      timer = scheduler.schedule(step, nanos, TimeUnit.NANOSECONDS);
    }
  }
}
