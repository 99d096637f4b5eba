package dev.strait.benchmarks.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds to a benchmark's results what an operation cost the server, which JMH cannot see:
 *
 * <ul>
 *   <li>{@code server.alloc.norm}: bytes that the server allocated, per operation
 *   <li>{@code server.cpu.norm}, {@code client.cpu.norm}: processor time, in microseconds per
 *       operation, of all threads: waiting by spinning, compiling and collecting garbage included
 * </ul>
 *
 * <p>Name it on JMH's command line: {@code -prof dev.strait.benchmarks.server.UsageProfiler}.
 */
public final class UsageProfiler implements InternalProfiler {
  public static final String SERVER_ALLOCATION = "server.alloc.norm";
  public static final String SERVER_CPU = "server.cpu.norm";
  public static final String CLIENT_CPU = "client.cpu.norm";

  /** What the two processes used in the iteration. JMH has no iteration end before this is read. */
  private static volatile @Nullable Usage clientUsed;

  private static volatile @Nullable Usage serverUsed;

  /**
   * Takes down what an iteration has used. A benchmark's state calls it, because the profiler
   * itself is called before the first set-up and after the last tear-down.
   *
   * @param server null if the benchmark has none
   */
  static void report(Usage client, @Nullable Usage server) {
    clientUsed = client;
    serverUsed = server;
  }

  @Override
  public String getDescription() {
    return "processor time of both processes, and what the server allocated";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    clientUsed = null;
    serverUsed = null;
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<Result<?>> added = new ArrayList<>();
    long operations = result.getMetadata().getAllOps();
    Usage client = clientUsed;
    if (client != null && operations > 0) {
      added.add(perOperation(CLIENT_CPU, client.cpuNanos() / 1e3, operations, "us/op"));
    }
    Usage server = serverUsed;
    if (server != null && operations > 0) {
      double bytes = server.allocatedBytes();
      added.add(perOperation(SERVER_CPU, server.cpuNanos() / 1e3, operations, "us/op"));
      added.add(perOperation(SERVER_ALLOCATION, bytes, operations, "B/op"));
    }
    return added;
  }

  private static ScalarResult perOperation(
      String label, double used, long operations, String unit) {
    return new ScalarResult(label, used / operations, unit, AggregationPolicy.AVG);
  }
}
