package dev.strait.rpc;

import com.google.common.util.concurrent.MoreExecutors;
import dev.strait.transport.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The one place that makes executors. */
final class Schedulers {
  private Schedulers() {}

  /**
   * A scheduler for short tasks that do not block. Its daemon thread starts with the first task;
   * cancelled tasks leave at once.
   */
  static ScheduledExecutorService newScheduler(String name, ThreadFactory threads) {
    ScheduledThreadPoolExecutor scheduler =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = threads.newThread(task);
              thread.setName(name);
              thread.setDaemon(true);
              return thread;
            });
    scheduler.setRemoveOnCancelPolicy(true);
    scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return scheduler;
  }

  /** {@code executor}, or null if it is the one that runs tasks on the thread that submits them. */
  static @Nullable Executor unlessDirect(@Nullable Executor executor) {
    // Guava's is an enum; the test keeps its class from being loaded for others.
    return executor instanceof Enum && executor == MoreExecutors.directExecutor() ? null : executor;
  }

  /** Runs {@code task} on {@code executor}; when that refuses, on {@code fallback}. */
  static void execute(Runnable task, Executor executor, Executor fallback) {
    try {
      executor.execute(task);
    } catch (Throwable refused) {
      fallback.execute(task);
    }
  }

  /**
   * The scheduler of a channel or a server.
   *
   * @param given somebody else's, if there is one
   */
  static ScheduledExecutorService schedulerOr(
      @Nullable ScheduledExecutorService given, String name, ThreadFactory threads) {
    return given == null ? newScheduler(name, threads) : given;
  }

  /** Runs each task on a daemon thread of its own. */
  static Executor threadPerTask(String name, ThreadFactory threads) {
    return task -> Threads.start(threads, name, task);
  }
}
