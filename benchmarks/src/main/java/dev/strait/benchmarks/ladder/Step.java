package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.calls.PacedLatencies;
import dev.strait.benchmarks.server.UsageProfiler;
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
  record Effort(int warmups, int iterations, int millis) {}

  /** What a JVM, a server's JVM and their ends take beside the iterations. */
  private static final int OVERHEAD_MILLIS = 2_000;

  /** About how long it takes. */
  long millis() {
    return OVERHEAD_MILLIS + (long) (effort.warmups + effort.iterations) * effort.millis;
  }

  Options options() {
    TimeValue time = TimeValue.milliseconds(effort.millis);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + what.benchmark().replace(".", "\\.") + "$")
            .forks(1)
            .warmupIterations(effort.warmups)
            .warmupTime(time)
            .measurementIterations(effort.iterations)
            .measurementTime(time)
            .addProfiler(GCProfiler.class)
            .addProfiler(UsageProfiler.class)
            .addProfiler(PacedLatencies.class)
            .shouldFailOnError(true);
    what.params().forEach(options::param);
    return options.build();
  }
}
