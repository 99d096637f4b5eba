package dev.strait.transport;

import java.util.concurrent.ThreadFactory;

/** The one place that makes threads. */
public final class Threads {
  private Threads() {}

  /** Makes platform daemon threads that inherit no thread-locals. */
  public static ThreadFactory daemonFactory() {
    return task -> {
      Thread thread = new Thread(null, task, "strait", 0, false);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Makes and starts a daemon thread of {@code factory} with this name. */
  public static Thread start(ThreadFactory factory, String name, Runnable task) {
    Thread thread = factory.newThread(task);
    if (thread == null) {
      throw new IllegalStateException("the thread factory made no thread for " + name);
    }
    thread.setName(name);
    if (!thread.isDaemon()) {
      thread.setDaemon(true);
    }
    thread.start();
    return thread;
  }
}
