package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.latency.HistogramLog;
import dev.strait.benchmarks.latency.Latencies;
import dev.strait.benchmarks.server.Figures;
import dev.strait.benchmarks.server.UsageProfiler;
import java.nio.file.Path;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** A case to run, in a JVM of its own, and how long. */
record Step(Case what, Effort effort) {
  /**
   * How long a step warms up and measures.
   *
   * @param warmups so many iterations that do not count
   * @param iterations so many that do
   * @param millis how long each takes; of a single shot, about how long
   */
  record Effort(int warmups, int iterations, int millis) {
    private static final int SHORTEST_MILLIS = 10;

    /** So many times as long. What is shot only takes as long as it takes. */
    Effort times(double scale) {
      return new Effort(
          warmups, iterations, Math.max(SHORTEST_MILLIS, (int) Math.round(millis * scale)));
    }
  }

  /** What a JVM, a server's JVM and their ends take beside the iterations. */
  private static final int OVERHEAD_MILLIS = 2_000;

  /** Of an iteration; what takes longer hangs. */
  private static final int PATIENCE_MINUTES = 4;

  /** About how long it takes. */
  long millis() {
    return OVERHEAD_MILLIS + (long) (effort.warmups + effort.iterations) * effort.millis;
  }

  Step times(double scale) {
    return new Step(what, effort.times(scale));
  }

  /**
   * For JMH.
   *
   * @param histograms the file for its latencies
   */
  Options options(Path histograms) {
    TimeValue time = TimeValue.milliseconds(effort.millis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + what.benchmark().replace(".", "\\.") + "$")
            .forks(1)
            .threads(what.threads())
            .warmupIterations(effort.warmups)
            .warmupTime(time)
            .measurementIterations(effort.iterations)
            .measurementTime(time)
            .timeout(TimeValue.minutes(PATIENCE_MINUTES))
            .jvmArgsAppend(HistogramLog.argument(histograms))
            .addProfiler(GCProfiler.class)
            .addProfiler(UsageProfiler.class)
            .addProfiler(Latencies.class)
            .addProfiler(Figures.class)
            .shouldFailOnError(true);
    what.params().forEach(options::param);
    return options.build();
  }
}
