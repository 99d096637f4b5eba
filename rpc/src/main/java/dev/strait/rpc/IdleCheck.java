package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that there was no call for a while: looks once per timeout, so it takes between one and
 * two of them and costs calls nothing. Thread-safe.
 */
final class IdleCheck implements Runnable {
  private final LongSupplier callsSoFar;
  private final BooleanSupplier anyOpen;
  private final Runnable whenIdle;

  @GuardedBy("this")
  private @Nullable ScheduledFuture<?> looks;

  @GuardedBy("this")
  private boolean stopped;

  private long seen = -1; // used by the scheduler's thread only

  /**
   * @param callsSoFar counts up with each call
   * @param anyOpen whether a call is open
   * @param whenIdle called at each look that finds that there was no call since the last one
   */
  IdleCheck(LongSupplier callsSoFar, BooleanSupplier anyOpen, Runnable whenIdle) {
    this.callsSoFar = callsSoFar;
    this.anyOpen = anyOpen;
    this.whenIdle = whenIdle;
  }

  synchronized void start(ScheduledExecutorService scheduler, long timeoutNanos) {
    if (!stopped) {
      looks =
          scheduler.scheduleWithFixedDelay(this, timeoutNanos, timeoutNanos, TimeUnit.NANOSECONDS);
    }
  }

  synchronized void stop() {
    stopped = true;
    if (looks != null) {
      looks.cancel(false);
    }
  }

  @Override
  public void run() {
    long now = callsSoFar.getAsLong();
    if (now == seen && !anyOpen.getAsBoolean()) {
      whenIdle.run();
    }
    seen = now;
  }
}
