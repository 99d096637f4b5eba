package dev.strait.benchmarks.calls;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.SampleTimeResult;
import org.openjdk.jmh.util.SampleBuffer;

/**
 * Adds the latencies of {@link PacedUnaryCallBenchmark} to its results, as a distribution in
 * microseconds. A profiler, because JMH itself can only time an operation from when it begins.
 *
 * <p>Name it on JMH's command line: {@code -prof dev.strait.benchmarks.calls.PacedLatencies}.
 */
public final class PacedLatencies implements InternalProfiler {
  public static final String LABEL = "latency";

  /** In nanoseconds. JMH has the benchmark's thread at rest whenever the profiler is called. */
  private static final Histogram LATENCIES = new Histogram(3);

  static void record(long nanos) {
    LATENCIES.recordValue(nanos);
  }

  @Override
  public String getDescription() {
    return "latencies of paced calls, from when they were due";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    LATENCIES.reset();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    if (LATENCIES.getTotalCount() == 0) {
      return List.of();
    }
    SampleBuffer buffer = new SampleBuffer();
    for (HistogramIterationValue value : LATENCIES.recordedValues()) {
      for (long i = 0; i < value.getCountAtValueIteratedTo(); i++) {
        buffer.add(value.getValueIteratedTo());
      }
    }
    return List.of(
        new SampleTimeResult(ResultRole.SECONDARY, LABEL, buffer, TimeUnit.MICROSECONDS));
  }
}
