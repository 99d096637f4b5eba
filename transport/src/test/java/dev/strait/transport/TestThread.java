package dev.strait.transport;

import org.jspecify.annotations.Nullable;

/** A thread of a test. */
final class TestThread extends Thread {
  private final TransportContract.Task task;
  private volatile @Nullable Throwable thrown;

  TestThread(TransportContract.Task task) {
    this.task = task;
    setDaemon(true);
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
  void finish() throws InterruptedException {
    join();
    if (thrown != null) {
      throw new AssertionError("on another thread", thrown);
    }
  }
}
