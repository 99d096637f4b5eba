package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;
import dev.strait.transport.simulation.TimerQueue;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A clock that stands still until the test moves it, and the timers that go by it. A timer runs on
 * the thread that moves the clock, in the order of time, and finds the clock at the time for which
 * it was set. Deadlines made with it ({@link #deadlineIn}) go by the same clock.
 *
 * <p>A channel or server on it must not spin, because the end of a spin would never come.
 *
 * <p>Thread-safe; one thread at a time moves the clock.
 */
final class VirtualTime extends Deadline.Ticker implements Ticker {
  private final TimerQueue timers = new TimerQueue(this::nanoTime, () -> {});

  // The clock overflows after a second: nobody may compare its times but by subtraction.
  private volatile long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

  @Override
  public long nanoTime() {
    return now;
  }

  ScheduledExecutorService scheduler() {
    return timers;
  }

  Deadline deadlineIn(Duration delay) {
    return Deadline.after(delay.toNanos(), TimeUnit.NANOSECONDS, this);
  }

  /** Makes a channel go by it. */
  IpcChannelBuilder drive(IpcChannelBuilder channel) {
    return channel.ticker(this).scheduler(timers).waitStrategy(WaitStrategy.parking());
  }

  /** Makes a server go by it. */
  IpcServerBuilder drive(IpcServerBuilder server) {
    return server.ticker(this).scheduler(timers).waitStrategy(WaitStrategy.parking());
  }

  /** How many timers are set. */
  int timers() {
    return timers.size();
  }

  /** Moves the clock, and runs what is due meanwhile, or already. */
  void advance(Duration by) {
    long until = now + by.toNanos();
    TimerQueue.DueTimer due;
    while ((due = timers.takeDueBy(until)) != null) {
      if (due.dueNanos() - now > 0) {
        now = due.dueNanos();
      }
      due.run();
    }
    now = until;
  }
}
