package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
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
  /** Longer delays are as good as for ever, and keep the difference of any two times a long. */
  private static final long LONGEST_DELAY_NANOS = Long.MAX_VALUE / 2;

  private final Scheduler scheduler = new Scheduler();

  // Guarded by this.
  private final Queue<Timer<?>> timers = new PriorityQueue<>();
  private long sequence;
  // The clock overflows after a second: nobody may compare its times but by subtraction.
  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  Deadline deadlineIn(Duration delay) {
    return Deadline.after(delay.toNanos(), TimeUnit.NANOSECONDS, this);
  }

  /** Makes a channel go by it. */
  IpcChannelBuilder drive(IpcChannelBuilder channel) {
    return channel.ticker(this).scheduler(scheduler).waitStrategy(WaitStrategy.parking());
  }

  /** Makes a server go by it. */
  IpcServerBuilder drive(IpcServerBuilder server) {
    return server.ticker(this).scheduler(scheduler).waitStrategy(WaitStrategy.parking());
  }

  /** How many timers are set. */
  synchronized int timers() {
    return timers.size();
  }

  /** Moves the clock, and runs what is due meanwhile, or already. */
  void advance(Duration by) {
    long until = nanoTime() + by.toNanos();
    for (Timer<?> due = takeDue(until); due != null; due = takeDue(until)) {
      due.run();
    }
    synchronized (this) {
      now = until;
    }
  }

  private synchronized Timer<?> takeDue(long until) {
    Timer<?> first = timers.peek();
    if (first == null || first.dueNanos - until > 0) {
      return null;
    }
    if (first.dueNanos - now > 0) {
      now = first.dueNanos;
    }
    return timers.poll();
  }

  private synchronized <T> Timer<T> add(Timer<T> timer, long delayNanos) {
    if (scheduler.shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    timer.dueNanos = now + Math.min(Math.max(0, delayNanos), LONGEST_DELAY_NANOS);
    timer.sequence = sequence++;
    timers.add(timer);
    return timer;
  }

  private synchronized void remove(Timer<?> timer) {
    timers.remove(timer);
  }

  private final class Timer<T> extends FutureTask<T> implements RunnableScheduledFuture<T> {
    private final long periodNanos;
    private long dueNanos;
    private long sequence;

    Timer(Callable<T> task, long periodNanos) {
      super(task);
      this.periodNanos = periodNanos;
    }

    @Override
    public void run() {
      if (!isPeriodic()) {
        super.run();
      } else if (runAndReset()) {
        add(this, periodNanos);
      }
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      boolean cancelled = super.cancel(mayInterrupt);
      remove(this);
      return cancelled;
    }

    @Override
    public boolean isPeriodic() {
      return periodNanos > 0;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Timer<?> that = (Timer<?>) other;
      int byTime = Long.signum(dueNanos - that.dueNanos);
      return byTime != 0 ? byTime : Long.compare(sequence, that.sequence);
    }

    // Timers are themselves and nothing else, or removing one could remove another.

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** What is executed at once waits for the clock to be moved too, by nothing at least. */
  private final class Scheduler extends AbstractExecutorService
      implements ScheduledExecutorService {
    private volatile boolean shutdown;

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      return schedule(Executors.callable(task), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
      return add(new Timer<>(task, 0), unit.toNanos(delay));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable task, long initialDelay, long period, TimeUnit unit) {
      // No time passes while a task runs, so that rate and delay are the same.
      return scheduleWithFixedDelay(task, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable task, long initialDelay, long delay, TimeUnit unit) {
      Timer<Object> timer = new Timer<>(Executors.callable(task), unit.toNanos(delay));
      return add(timer, unit.toNanos(initialDelay));
    }

    @Override
    public void execute(Runnable task) {
      schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      synchronized (VirtualTime.this) {
        shutdown = true;
        List<Runnable> waiting = new ArrayList<>(timers);
        timers.clear();
        return waiting;
      }
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown && timers() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isTerminated();
    }
  }
}
