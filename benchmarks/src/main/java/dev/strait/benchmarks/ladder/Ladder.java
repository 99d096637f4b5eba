package dev.strait.benchmarks.ladder;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs steps one after the other. A step that fails does not keep the others from running. */
final class Ladder {
  private final List<RunResult> results = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final Progress progress;
  private final PrintStream log;
  private final Interrupt interrupt;

  /**
   * A ladder that has not run.
   *
   * @param log where JMH writes what it has to say
   */
  Ladder(Progress progress, PrintStream log, Interrupt interrupt) {
    this.progress = progress;
    this.log = log;
    this.interrupt = interrupt;
  }

  /** Returns early when it is interrupted. */
  void run(List<Step> steps) {
    try (Ticks ticks = Ticks.of(progress)) {
      for (Step step : steps) {
        if (!interrupt.hasCome()) {
          run(step);
        }
      }
    }
  }

  private void run(Step step) {
    progress.next();
    try {
      RunResult result =
          new Runner(
                  step.options(), OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
              .runSingle();
      results.add(result);
      progress.ended(summary(result));
    } catch (RunnerException e) {
      // Whoever interrupts a step knows why it fails.
      if (interrupt.hasCome()) {
        return;
      }
      failures.add(step.what() + ": " + e.getMessage());
      progress.ended("FAILED: " + e.getMessage());
    }
  }

  List<RunResult> results() {
    return results;
  }

  List<String> failures() {
    return failures;
  }

  private static String summary(RunResult result) {
    OptionalDouble p50 = Measure.P50_MICROS.in(result);
    OptionalDouble p99 = Measure.P99_MICROS.in(result);
    Result<?> score = result.getPrimaryResult();
    return p50.isPresent() && p99.isPresent()
        ? String.format(
            Locale.ROOT, "p50 %,.1f us, p99 %,.1f us", p50.getAsDouble(), p99.getAsDouble())
        : String.format(Locale.ROOT, "%,.1f %s", score.getScore(), score.getScoreUnit());
  }
}
