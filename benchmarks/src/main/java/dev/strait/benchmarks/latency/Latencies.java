package dev.strait.benchmarks.latency;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * Adds the latencies that a benchmark records to its results: some percentiles of each iteration,
 * in microseconds, and, where {@link HistogramLog} is told a file, the histograms themselves.
 *
 * <p>A profiler, because JMH itself times an operation only from when it begins and only as a
 * whole. Name it on JMH's command line: {@code -prof dev.strait.benchmarks.latency.Latencies}.
 */
public final class Latencies implements InternalProfiler {
  /** The tag where a benchmark has one kind of operation only. */
  public static final String LATENCY = "latency";

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final Map<String, Recorder> RECORDERS = new ConcurrentHashMap<>();

  private @Nullable HistogramLog log;

  /** Takes nanoseconds, on any thread. A benchmark asks once and keeps it. */
  public static Recorder recorder(String tag) {
    return RECORDERS.computeIfAbsent(tag, t -> new Recorder(SIGNIFICANT_DIGITS));
  }

  @Override
  public String getDescription() {
    return "latencies of single operations, as HdrHistogram sees them";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    RECORDERS.values().forEach(Recorder::reset);
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<Result<?>> added = new ArrayList<>();
    RECORDERS.forEach(
        (tag, recorder) -> {
          Histogram histogram = recorder.getIntervalHistogram();
          if (histogram.getTotalCount() > 0) {
            histogram.setTag(tag);
            added.addAll(percentiles(histogram));
            if (iteration.getType() == IterationType.MEASUREMENT) {
              keep(histogram);
            }
          }
        });
    return added;
  }

  private void keep(Histogram histogram) {
    if (log == null) {
      log = HistogramLog.ofThisProcess();
    }
    log.write(histogram);
  }

  private static List<Result<?>> percentiles(Histogram histogram) {
    return List.of(
        micros(histogram, ".p50", histogram.getValueAtPercentile(50), AggregationPolicy.AVG),
        micros(histogram, ".p90", histogram.getValueAtPercentile(90), AggregationPolicy.AVG),
        micros(histogram, ".p99", histogram.getValueAtPercentile(99), AggregationPolicy.AVG),
        micros(histogram, ".p99.9", histogram.getValueAtPercentile(99.9), AggregationPolicy.AVG),
        micros(histogram, ".max", histogram.getMaxValue(), AggregationPolicy.MAX));
  }

  private static ScalarResult micros(
      Histogram histogram, String what, long nanos, AggregationPolicy policy) {
    double micros = nanos / (double) TimeUnit.MICROSECONDS.toNanos(1);
    return new ScalarResult(histogram.getTag() + what, micros, "us/op", policy);
  }
}
