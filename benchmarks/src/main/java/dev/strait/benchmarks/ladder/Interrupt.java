package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What happens when the JVM is interrupted: the processes below this one end, which JMH does not
 * see to, and an unfinished result goes. Thread-safe.
 */
final class Interrupt {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path unfinished;
  private volatile boolean finished;
  private volatile boolean interrupted;

  private Interrupt(Path unfinished) {
    this.unfinished = unfinished;
  }

  /**
   * Waits for it.
   *
   * @param unfinished a directory that holds files only
   */
  static Interrupt awaited(Path unfinished) {
    Interrupt interrupt = new Interrupt(unfinished);
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::onExit, "bench-cleanup"));
    return interrupt;
  }

  boolean hasCome() {
    return interrupted;
  }

  /** The result is complete and stays. */
  void finished() {
    finished = true;
  }

  private void onExit() {
    interrupted = true;
    endProcesses();
    if (!finished) {
      deleteResult();
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

  private void deleteResult() {
    try (Stream<Path> files = Files.list(unfinished)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(unfinished);
    } catch (IOException | UncheckedIOException e) {
      System.err.println("strait bench: cannot delete " + unfinished + ": " + e);
    }
  }
}
