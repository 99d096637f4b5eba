package dev.strait.transport.contract;

import org.jspecify.annotations.Nullable;

/** A thread of a test. */
public final class TestThread extends Thread {
  /** What it runs. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  private final Task task;
  private volatile @Nullable Throwable thrown;

  public TestThread(Task task) {
    this.task = task;
    setDaemon(true);
  }

  /** Starts one. */
  public static TestThread run(Task task) {
    TestThread thread = new TestThread(task);
    thread.start();
    return thread;
  }

  @Override
  public void run() {
    try {
      task.run();
    } catch (Throwable e) {
      thrown = e;
    }
  }

  /** Waits for the end of the task and throws what it threw. */
  public void finish() throws InterruptedException {
    join();
    if (thrown != null) {
      throw new AssertionError("on another thread", thrown);
    }
  }
}
