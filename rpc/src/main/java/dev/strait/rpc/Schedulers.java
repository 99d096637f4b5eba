package dev.strait.rpc;

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

  /**
   * The scheduler of a channel or a server.
   *
   * @param given somebody else's, if there is one
   */
  static ScheduledExecutorService schedulerOr(
      @Nullable ScheduledExecutorService given, String name, ThreadFactory threads) {
    return given == null ? newScheduler(name, threads) : given;
  }

  /**
   * Runs each task on a daemon thread of its own: for what must be delivered when all else is gone.
   */
  static Executor threadPerTask(String name, ThreadFactory threads) {
    return task -> Threads.start(threads, name, task);
  }
}
