package dev.strait.transport;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/** How many interleavings are tried, and what the tests have in common. */
public final class Interleavings {
  /** More at night. */
  private static final int TIMES = Integer.getInteger("strait.interleavings.times", 1);

  private Interleavings() {}

  /** Runs {@code steps}, and the threads that they start, in {@code count} orders. */
  public static void of(int count, Runnable steps) {
    Lincheck.runConcurrentTest(TIMES * count, steps);
  }

  /** Operations of three threads, in random scenarios, each in hundreds of orders. */
  public static ModelCheckingOptions ofThreeThreads() {
    return new ModelCheckingOptions()
        .threads(3)
        .actorsBefore(0)
        .actorsPerThread(3)
        .actorsAfter(0)
        .iterations(TIMES * 30)
        .invocationsPerIteration(300);
  }

  public static Thread started(Runnable steps) {
    Thread thread = new Thread(steps);
    thread.start();
    return thread;
  }

  public static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
