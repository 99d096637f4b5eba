package dev.strait.benchmarks.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds to a benchmark's results what it found out beside its score.
 *
 * <p>Name it on JMH's command line: {@code -prof dev.strait.benchmarks.server.Figures}.
 */
public final class Figures implements InternalProfiler {
  private static final Queue<ScalarResult> FOUND = new ConcurrentLinkedQueue<>();

  /** Of the iteration that runs. */
  public static void report(String label, double value, String unit) {
    FOUND.add(new ScalarResult(label, value, unit, AggregationPolicy.AVG));
  }

  @Override
  public String getDescription() {
    return "what a benchmark found out beside its score";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    FOUND.clear();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<Result<?>> added = new ArrayList<>(FOUND);
    FOUND.clear();
    return added;
  }
}
