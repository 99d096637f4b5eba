package dev.strait.transport.simulation;

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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Timers that go by a clock which somebody else moves, and run where that one runs them. What is
 * executed at once waits for the clock to be moved too, by nothing at least. Thread-safe.
 */
public final class TimerQueue extends AbstractExecutorService implements ScheduledExecutorService {
  /** Longer delays are as good as for ever, and keep the difference of any two times a long. */
  private static final long LONGEST_DELAY_NANOS = Long.MAX_VALUE / 2;

  private final LongSupplier clock;
  private final Runnable onChange;

  // Guarded by this.
  private final Queue<Timer<?>> timers = new PriorityQueue<>();
  private long sequence;
  private boolean shutdown;

  /**
   * @param clock in nanoseconds; may overflow
   * @param onChange told of each timer that is set
   */
  public TimerQueue(LongSupplier clock, Runnable onChange) {
    this.clock = clock;
    this.onChange = onChange;
  }

  /** How many timers are set. */
  public synchronized int size() {
    return timers.size();
  }

  /** Until the first timer is due, in nanoseconds, 0 if it is; {@link Long#MAX_VALUE} for none. */
  public synchronized long nanosUntilDue() {
    Timer<?> first = timers.peek();
    return first == null ? Long.MAX_VALUE : Math.max(0, first.dueNanos - clock.getAsLong());
  }

  /** Takes the first timer out, to be run, if it is due at {@code time} or before. */
  public synchronized @Nullable DueTimer takeDueBy(long time) {
    Timer<?> first = timers.peek();
    return first == null || first.dueNanos - time > 0 ? null : timers.poll();
  }

  /** A timer that is no longer set. */
  public interface DueTimer extends Runnable {
    /** When it was due, by the clock. */
    long dueNanos();
  }

  private <T> Timer<T> add(Timer<T> timer, long delayNanos) {
    synchronized (this) {
      if (shutdown) {
        throw new RejectedExecutionException("shut down");
      }
      timer.dueNanos = clock.getAsLong() + Math.min(Math.max(0, delayNanos), LONGEST_DELAY_NANOS);
      timer.sequence = sequence++;
      timers.add(timer);
    }
    onChange.run();
    return timer;
  }

  private synchronized void remove(Timer<?> timer) {
    timers.remove(timer);
  }

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
  public synchronized void shutdown() {
    shutdown = true;
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> waiting = new ArrayList<>(timers);
    timers.clear();
    return waiting;
  }

  @Override
  public synchronized boolean isShutdown() {
    return shutdown;
  }

  @Override
  public synchronized boolean isTerminated() {
    return shutdown && timers.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  private final class Timer<T> extends FutureTask<T>
      implements RunnableScheduledFuture<T>, DueTimer {
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
    public long dueNanos() {
      return dueNanos;
    }

    @Override
    public boolean isPeriodic() {
      return periodNanos > 0;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - clock.getAsLong(), TimeUnit.NANOSECONDS);
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
}
