package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.transport.Threads;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on daemon threads, one for each where they can be had: for callbacks that must be
 * delivered when all else is gone. Where no thread can be had either, tasks wait for one that is
 * done, and the timer asks again. Thread-safe.
 */
final class LastResort implements Executor {
  private static final long RETRY_MILLIS = 10;

  private final String name;
  private final ThreadFactory threads;
  private final ScheduledExecutorService scheduler;
  private final Runnable whenNoneWait;

  @GuardedBy("this")
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  /** The timer will ask. */
  @GuardedBy("this")
  private boolean asking;

  /** Tasks wait, with neither a thread nor a timer. */
  @GuardedBy("this")
  private boolean stuck;

  /**
   * @param name of the threads
   * @param scheduler the timer
   * @param whenNoneWait runs when no task waits any more, or {@linkplain #isWaiting for nothing}:
   *     on one of the threads, the timer's, or that of {@link #execute}
   */
  LastResort(
      String name,
      ThreadFactory threads,
      ScheduledExecutorService scheduler,
      Runnable whenNoneWait) {
    this.name = name;
    this.threads = threads;
    this.scheduler = scheduler;
    this.whenNoneWait = whenNoneWait;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      waiting.add(task);
      stuck = false;
    }
    if (!startThread()) {
      askLater();
    }
  }

  private boolean startThread() {
    try {
      Threads.start(threads, name, this::runAll);
      return true;
    } catch (RuntimeException | Error noThread) {
      return false;
    }
  }

  /** What a task that throws has left is not lost: its own thread runs it, or one asked for. */
  private void runAll() {
    try {
      for (Runnable next = poll(); next != null; next = poll()) {
        next.run();
      }
    } finally {
      whenNoneWait.run();
    }
  }

  private void askLater() {
    synchronized (this) {
      if (asking || waiting.isEmpty()) {
        return;
      }
      asking = true;
    }
    try {
      var unused = scheduler.schedule(this::askAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RuntimeException | Error noTimer) {
      synchronized (this) {
        asking = false;
        stuck = true;
      }
      Log.warn(
          "callbacks wait for the next: there is neither a thread for " + name + " nor a timer",
          noTimer);
      whenNoneWait.run();
    }
  }

  /** One thread each time: it may do for all that wait, if none of them blocks. */
  private void askAgain() {
    synchronized (this) {
      asking = false;
      stuck = false;
    }
    if (isWaiting()) {
      startThread();
      askLater();
    }
  }

  private synchronized @Nullable Runnable poll() {
    return waiting.poll();
  }

  /** Whether tasks wait for a thread that is asked for. */
  synchronized boolean isWaiting() {
    return !waiting.isEmpty() && !stuck;
  }
}
