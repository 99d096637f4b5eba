package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.calls.PacedLatencies;
import dev.strait.benchmarks.server.UsageProfiler;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.SampleTimeResult;

/** What of a benchmark's result is looked at. */
enum Measure {
  MEAN_NANOS("%,.1f ns", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return OptionalDouble.of(result.getPrimaryResult().getScore());
    }
  },

  MEDIAN_MILLIS("%,.0f ms", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return OptionalDouble.of(result.getPrimaryResult().getStatistics().getPercentile(50));
    }
  },

  P50_MICROS("%,.1f us", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return percentile(result, 50);
    }
  },

  P99_MICROS("%,.1f us", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return percentile(result, 99);
    }
  },

  CALLS_PER_SECOND("%,.0f/s", true) {
    @Override
    OptionalDouble in(RunResult result) {
      return OptionalDouble.of(result.getPrimaryResult().getScore());
    }
  },

  MESSAGES_PER_SECOND("%,.0f/s", true) {
    @Override
    OptionalDouble in(RunResult result) {
      return secondary(result, "messages");
    }
  },

  MEGABYTES_PER_SECOND("%,.0f MB/s", true) {
    @Override
    OptionalDouble in(RunResult result) {
      return OptionalDouble.of(result.getPrimaryResult().getScore() / 1e6);
    }
  },

  CLIENT_ALLOCATION("%,.1f B", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return secondary(result, "gc.alloc.rate.norm");
    }
  },

  SERVER_ALLOCATION("%,.1f B", false) {
    @Override
    OptionalDouble in(RunResult result) {
      return secondary(result, UsageProfiler.SERVER_ALLOCATION);
    }
  },

  /** Of both processes, per operation; as many seconds per million operations. */
  CPU_MICROS("%,.1f us", false) {
    @Override
    OptionalDouble in(RunResult result) {
      OptionalDouble client = secondary(result, UsageProfiler.CLIENT_CPU);
      OptionalDouble server = secondary(result, UsageProfiler.SERVER_CPU);
      return client.isPresent() && server.isPresent()
          ? OptionalDouble.of(client.getAsDouble() + server.getAsDouble())
          : OptionalDouble.empty();
    }
  };

  private final String format;
  private final boolean moreIsBetter;

  Measure(String format, boolean moreIsBetter) {
    this.format = format;
    this.moreIsBetter = moreIsBetter;
  }

  /** Its value, if it was measured. */
  abstract OptionalDouble in(RunResult result);

  boolean moreIsBetter() {
    return moreIsBetter;
  }

  String show(double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static OptionalDouble percentile(RunResult result, double rank) {
    return latencies(result)
        .map(latencies -> OptionalDouble.of(latencies.getStatistics().getPercentile(rank)))
        .orElse(OptionalDouble.empty());
  }

  /** The latencies of single operations, where a benchmark keeps them. */
  private static Optional<Result<?>> latencies(RunResult result) {
    Result<?> paced = result.getSecondaryResults().get(PacedLatencies.LABEL);
    return Optional.<Result<?>>ofNullable(paced == null ? result.getPrimaryResult() : paced)
        .filter(SampleTimeResult.class::isInstance);
  }

  private static OptionalDouble secondary(RunResult result, String label) {
    Result<?> found = result.getSecondaryResults().get(label);
    return found == null ? OptionalDouble.empty() : OptionalDouble.of(found.getScore());
  }
}
