package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What happens when the JVM is interrupted: the processes below this one end, which JMH does not
 * see to. What has been measured stays; if nothing has, the directory goes. Thread-safe.
 */
final class Interrupt {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RunDirectory unfinished;
  private volatile boolean finished;
  private volatile boolean interrupted;

  private Interrupt(RunDirectory unfinished) {
    this.unfinished = unfinished;
  }

  /** Waits for it. */
  static Interrupt awaited(RunDirectory unfinished) {
    Interrupt interrupt = new Interrupt(unfinished);
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::onExit, "bench-cleanup"));
    return interrupt;
  }

  boolean hasCome() {
    return interrupted;
  }

  /** The result is complete. */
  void finished() {
    finished = true;
  }

  private void onExit() {
    interrupted = true;
    endProcesses();
    if (!finished) {
      keepOrDelete();
    }
  }

  /** Again and again, because the main thread may just have started another. */
  private static void endProcesses() {
    long start = System.nanoTime();
    List<ProcessHandle> left = ProcessHandle.current().descendants().toList();
    while (!left.isEmpty()) {
      boolean patient = System.nanoTime() - start < PATIENCE_NANOS;
      left.forEach(patient ? ProcessHandle::destroy : ProcessHandle::destroyForcibly);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        return;
      }
      left = ProcessHandle.current().descendants().toList();
    }
  }

  private void keepOrDelete() {
    if (unfinished.hasResults()) {
      System.err.printf(
          "%nstrait bench: what was measured so far is in %s; --report makes a report of it%n",
          unfinished.path());
      return;
    }
    try {
      unfinished.delete();
    } catch (IOException | UncheckedIOException e) {
      System.err.println("strait bench: cannot delete " + unfinished.path() + ": " + e);
    }
  }
}
