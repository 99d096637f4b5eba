package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.calls.BlockingHandlerBenchmark;
import dev.strait.benchmarks.calls.IdleConnectionsBenchmark;
import dev.strait.benchmarks.latency.Latencies;
import dev.strait.benchmarks.server.UsageProfiler;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** What of a benchmark's outcome is looked at. */
enum Measure {
  MEAN_NANOS("%,.1f ns", false, Measure::score),
  MEDIAN_MILLIS("%,.0f ms", false, outcome -> OptionalDouble.of(outcome.score().median())),

  P50_MICROS("%,.1f us", false, outcome -> latency(outcome, Latencies.LATENCY, 50)),
  P99_MICROS("%,.1f us", false, outcome -> latency(outcome, Latencies.LATENCY, 99)),

  /** Beside a handler that blocks. */
  SAME_CONNECTION_P99(
      "%,.1f us", false, outcome -> latency(outcome, BlockingHandlerBenchmark.SAME_CONNECTION, 99)),
  OTHER_CONNECTION_P99(
      "%,.1f us",
      false, outcome -> latency(outcome, BlockingHandlerBenchmark.OTHER_CONNECTION, 99)),

  CALLS_PER_SECOND("%,.0f/s", true, Measure::score),

  /** Of calls that follow one another, whose score is microseconds. */
  CALLS_ONE_AT_A_TIME("%,.0f/s", true, outcome -> OptionalDouble.of(1e6 / outcome.score().score())),
  MESSAGES_PER_SECOND("%,.0f/s", true, outcome -> other(outcome, "messages")),
  MEGABYTES_PER_SECOND(
      "%,.0f MB/s", true, outcome -> OptionalDouble.of(outcome.score().score() / 1e6)),

  CLIENT_ALLOCATION("%,.1f B", false, outcome -> other(outcome, "gc.alloc.rate.norm")),
  SERVER_ALLOCATION("%,.1f B", false, outcome -> other(outcome, UsageProfiler.SERVER_ALLOCATION)),

  /** Of both processes, all their threads, per operation; as many seconds per million. */
  CPU_MICROS("%,.1f us", false, Measure::cpu),

  CONNECTIONS_SERVED("%,.0f", true, outcome -> other(outcome, IdleConnectionsBenchmark.SERVED)),
  KIB_PER_CONNECTION("%,.1f KiB", false, outcome -> other(outcome, IdleConnectionsBenchmark.HEAP)),
  IDLE_CPU("%,.1f ms/s", false, outcome -> other(outcome, IdleConnectionsBenchmark.CPU)),
  SERVER_THREADS("%,.0f", false, outcome -> other(outcome, IdleConnectionsBenchmark.THREADS));

  private final String format;
  private final boolean moreIsBetter;

  @SuppressWarnings("ImmutableEnumChecker") // The functions keep nothing.
  private final Function<Outcome, OptionalDouble> value;

  Measure(String format, boolean moreIsBetter, Function<Outcome, OptionalDouble> value) {
    this.format = format;
    this.moreIsBetter = moreIsBetter;
    this.value = value;
  }

  /** Its value, if it was measured. */
  OptionalDouble in(Outcome outcome) {
    return value.apply(outcome);
  }

  boolean moreIsBetter() {
    return moreIsBetter;
  }

  String show(double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** In microseconds. */
  static double micros(Histogram latencies, double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }

  private static OptionalDouble score(Outcome outcome) {
    return OptionalDouble.of(outcome.score().score());
  }

  private static OptionalDouble latency(Outcome outcome, String tag, double percentile) {
    Histogram latencies = outcome.latencies().get(tag);
    return latencies == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(micros(latencies, percentile));
  }

  private static OptionalDouble cpu(Outcome outcome) {
    OptionalDouble client = other(outcome, UsageProfiler.CLIENT_CPU);
    OptionalDouble server = other(outcome, UsageProfiler.SERVER_CPU);
    return client.isPresent() && server.isPresent()
        ? OptionalDouble.of(client.getAsDouble() + server.getAsDouble())
        : OptionalDouble.empty();
  }

  private static OptionalDouble other(Outcome outcome, String label) {
    Metric found = outcome.others().get(label);
    return found == null ? OptionalDouble.empty() : OptionalDouble.of(found.score());
  }
}
