package dev.strait.benchmarks.ladder;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A ladder from its first case to its report.
 *
 * @param root of the clone
 */
record LadderRun(RunDirectory directory, Path root) {
  /** Set by the launcher, because Java cannot tell: whether standard output is a terminal. */
  private static final boolean TERMINAL = Boolean.getBoolean("strait.terminal");

  /** Whether all has run. */
  boolean run(List<Step> steps, RunInfo info) throws IOException {
    Interrupt interrupt = Interrupt.awaited(directory);
    deleteJmhLockOnExit();
    try (PrintStream log =
        new PrintStream(Files.newOutputStream(directory.log()), true, StandardCharsets.UTF_8)) {
      Ladder ladder = new Ladder(progress(steps), log, directory, interrupt);
      ladder.run(steps, info);
      if (interrupt.hasCome()) {
        return false;
      }
      interrupt.finished();
      System.out.println();
      new ResultFiles(directory, root).makeReport();
      return ladder.failures().isEmpty();
    }
  }

  private static Progress progress(List<Step> steps) {
    return new Progress(
        System.out, TERMINAL, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), steps);
  }

  /** JMH leaves the file by which it keeps a second JMH from running beside it. */
  private static void deleteJmhLockOnExit() {
    File lock = new File(System.getProperty("java.io.tmpdir"), "jmh.lock");
    if (!lock.exists()) {
      lock.deleteOnExit();
    }
  }
}
