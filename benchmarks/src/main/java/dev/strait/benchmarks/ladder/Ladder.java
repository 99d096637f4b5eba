package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.latency.Latencies;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  private final RunDirectory directory;
  private final Interrupt interrupt;

  /**
   * A ladder that has not run.
   *
   * @param log where JMH writes what it has to say
   * @param directory where each result is left as soon as there is one
   */
  Ladder(Progress progress, PrintStream log, RunDirectory directory, Interrupt interrupt) {
    this.progress = progress;
    this.log = log;
    this.directory = directory;
    this.interrupt = interrupt;
  }

  /**
   * Returns early when it is interrupted.
   *
   * @param info what is written beside the results, with the failures that there are by then
   */
  void run(List<Step> steps, RunInfo info) throws IOException {
    directory.write(info);
    try (Ticks ticks = Ticks.of(progress)) {
      for (Step step : steps) {
        if (!interrupt.hasCome()) {
          run(step);
          keep(info);
        }
      }
    }
  }

  private void run(Step step) {
    progress.next();
    try {
      RunResult result =
          new Runner(
                  step.options(directory.histograms(step.what())),
                  OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
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

  private void keep(RunInfo info) throws IOException {
    if (!results.isEmpty()) {
      directory.write(results);
    }
    directory.write(info.with(failures));
  }

  List<String> failures() {
    return failures;
  }

  private static String summary(RunResult result) {
    Result<?> p50 = result.getSecondaryResults().get(Latencies.LATENCY + ".p50");
    Result<?> p99 = result.getSecondaryResults().get(Latencies.LATENCY + ".p99");
    Result<?> score = result.getPrimaryResult();
    return p50 != null && p99 != null
        ? String.format(Locale.ROOT, "p50 %,.1f us, p99 %,.1f us", p50.getScore(), p99.getScore())
        : String.format(Locale.ROOT, "%,.1f %s", score.getScore(), score.getScoreUnit());
  }
}
