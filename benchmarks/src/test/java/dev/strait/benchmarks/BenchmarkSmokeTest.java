package dev.strait.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.benchmarks.bytes.ByteStreamBenchmark;
import dev.strait.benchmarks.bytes.Connection;
import dev.strait.benchmarks.bytes.PingPongBenchmark;
import dev.strait.benchmarks.calls.BlockingHandlerBenchmark;
import dev.strait.benchmarks.calls.Client;
import dev.strait.benchmarks.calls.ClientStreamingBenchmark;
import dev.strait.benchmarks.calls.ConnectionsBenchmark;
import dev.strait.benchmarks.calls.FirstCallBenchmark;
import dev.strait.benchmarks.calls.IdleConnectionsBenchmark;
import dev.strait.benchmarks.calls.PacedUnaryCallBenchmark;
import dev.strait.benchmarks.calls.ServerStreamingBenchmark;
import dev.strait.benchmarks.calls.UnaryCallBenchmark;
import dev.strait.benchmarks.calls.UnaryThreadsBenchmark;
import dev.strait.benchmarks.calls.UnaryThroughputBenchmark;
import dev.strait.benchmarks.frames.FrameBenchmark;
import dev.strait.benchmarks.latency.Latencies;
import dev.strait.benchmarks.server.Figures;
import dev.strait.benchmarks.server.UsageProfiler;
import io.netty.channel.epoll.Epoll;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark still runs with each of its parameters. What it gives here means nothing. */
@Timeout(180)
final class BenchmarkSmokeTest {
  /**
   * Calls that follow from each other, or streams: a rival whose handlers run in the caller hangs.
   */
  private static final Set<Class<?>> WITHOUT_END =
      Set.of(
          UnaryThroughputBenchmark.class,
          ConnectionsBenchmark.class,
          ServerStreamingBenchmark.class,
          ClientStreamingBenchmark.class);

  @BeforeAll
  static void otherBuildsMayRunBesideThis() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void framesAreMeasured() throws Exception {
    assertEquals(4, run(options(FrameBenchmark.class)).size());
  }

  @ParameterizedTest
  @ValueSource(classes = {PingPongBenchmark.class, ByteStreamBenchmark.class})
  void bytesAreMeasured(Class<?> benchmark) throws Exception {
    runWithEachTransport(benchmark, Connection.class, options(benchmark));
  }

  @Test
  void unaryCallsAreMeasured() throws Exception {
    runWithEachTransport(
        UnaryCallBenchmark.class,
        Client.class,
        options(UnaryCallBenchmark.class).param("payloadBytes", "64"));
  }

  @Test
  void unaryCallsAreMeasuredWithEachPayload() throws Exception {
    Collection<RunResult> results =
        run(options(UnaryCallBenchmark.class).param("transport", "strait"));
    assertEquals(7, results.size());
  }

  @Test
  @Tag("nightly")
  void largeUnaryCallsOfARivalAreMeasured() throws Exception {
    run(
        options(UnaryCallBenchmark.class)
            .param("transport", "grpc-tcp")
            .param("payloadBytes", Integer.toString(16 << 20)));
  }

  @Test
  void idleConnectionsAreCounted() throws Exception {
    countIdleConnections("strait");
  }

  @Test
  @Tag("nightly")
  void idleConnectionsOfARivalAreCounted() throws Exception {
    countIdleConnections("grpc-default");
  }

  private static void countIdleConnections(String transport) throws Exception {
    assumeTrue(Epoll.isAvailable());
    RunResult result =
        run(options(IdleConnectionsBenchmark.class)
                .param("transport", transport)
                .param("connections", "20"))
            .iterator()
            .next();
    assertEquals(20, figure(result, IdleConnectionsBenchmark.SERVED));
    assertTrue(figure(result, IdleConnectionsBenchmark.THREADS) > 0);
    assertTrue(figure(result, IdleConnectionsBenchmark.HEAP) != 0);
    assertTrue(figure(result, IdleConnectionsBenchmark.CPU) >= 0);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        PacedUnaryCallBenchmark.class,
        UnaryThreadsBenchmark.class,
        FirstCallBenchmark.class,
        UnaryThroughputBenchmark.class,
        ConnectionsBenchmark.class,
        BlockingHandlerBenchmark.class,
        ServerStreamingBenchmark.class,
        ClientStreamingBenchmark.class
      })
  void callsAreMeasured(Class<?> benchmark) throws Exception {
    run(options(benchmark).param("transport", "strait"));
  }

  /** The rivals' own part is the same for all of these. */
  @Test
  void callsOfARivalAreMeasured() throws Exception {
    run(
        options(UnaryThroughputBenchmark.class)
            .param("transport", "grpc-tcp")
            .param("inFlight", "8"));
  }

  @Tag("nightly")
  @Timeout(1_800)
  @ParameterizedTest
  @ValueSource(
      classes = {
        PacedUnaryCallBenchmark.class,
        UnaryThreadsBenchmark.class,
        FirstCallBenchmark.class,
        UnaryThroughputBenchmark.class,
        ConnectionsBenchmark.class,
        BlockingHandlerBenchmark.class,
        ServerStreamingBenchmark.class,
        ClientStreamingBenchmark.class
      })
  void callsAreMeasuredWithEachParameter(Class<?> benchmark) throws Exception {
    runWithEachTransport(benchmark, Client.class, options(benchmark));
  }

  @ParameterizedTest
  @ValueSource(classes = {PacedUnaryCallBenchmark.class, UnaryCallBenchmark.class})
  void callsHaveTheirLatencies(Class<?> benchmark) throws Exception {
    assertLatencies(runOnce(benchmark, "strait"), Latencies.LATENCY);
  }

  @Test
  void eachConnectionHasItsLatencies() throws Exception {
    RunResult result = runOnce(BlockingHandlerBenchmark.class, "strait");
    assertLatencies(result, BlockingHandlerBenchmark.SAME_CONNECTION);
    assertLatencies(result, BlockingHandlerBenchmark.OTHER_CONNECTION);
  }

  private static void assertLatencies(RunResult result, String tag) {
    assertEquals("us/op", result.getSecondaryResults().get(tag + ".p99").getScoreUnit());
    assertTrue(figure(result, tag + ".p50") > 0);
    assertTrue(figure(result, tag + ".p99") >= figure(result, tag + ".p50"));
    assertTrue(figure(result, tag + ".max") >= figure(result, tag + ".p99"));
  }

  private static double figure(RunResult result, String label) {
    return result.getSecondaryResults().get(label).getScore();
  }

  @Test
  void whatTheServerUsesIsMeasured() throws Exception {
    RunResult result = runOnce(UnaryCallBenchmark.class, "grpc-tcp");
    var results = result.getSecondaryResults();
    assertTrue(results.get(UsageProfiler.SERVER_ALLOCATION).getScore() > 0);
    // CPU time is counted in ticks, of which so short a run may have none.
    for (String label : Set.of(UsageProfiler.SERVER_CPU, UsageProfiler.CLIENT_CPU)) {
      assertTrue(results.get(label).getScore() >= 0, label);
    }
  }

  private static RunResult runOnce(Class<?> benchmark, String transport) throws RunnerException {
    return run(options(benchmark)
            .param("transport", transport)
            .param("payloadBytes", "64")
            .param("blockingMillis", "5"))
        .iterator()
        .next();
  }

  private static void runWithEachTransport(
      Class<?> benchmark, Class<?> state, ChainedOptionsBuilder options) throws Exception {
    String[] transports =
        Stream.of(possible(state))
            .filter(
                name ->
                    !WITHOUT_END.contains(benchmark) || !name.equals(Client.HANDLERS_IN_THE_CALLER))
            .toArray(String[]::new);
    Set<String> measured = new TreeSet<>();
    for (RunResult result : run(options.param("transport", transports))) {
      measured.add(result.getParams().getParam("transport"));
    }
    assertEquals(new TreeSet<>(Set.of(transports)), measured, benchmark::getName);
  }

  /** All that the benchmark lists, where the platform has them. */
  private static String[] possible(Class<?> state) throws NoSuchFieldException {
    String[] listed = state.getField("transport").getAnnotation(Param.class).value();
    if (Epoll.isAvailable()) {
      return listed;
    }
    System.err.println("SKIPPED: what needs Netty's epoll, or Linux");
    Set<String> linux = Set.of("grpc-direct", "grpc-default", "netty", "strait-abstract");
    return Stream.of(listed).filter(name -> !linux.contains(name)).toArray(String[]::new);
  }

  private static ChainedOptionsBuilder options(Class<?> benchmark) {
    return new OptionsBuilder()
        .include(benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(50))
        .addProfiler(Latencies.class)
        .addProfiler(Figures.class)
        .addProfiler(UsageProfiler.class)
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      double score = result.getPrimaryResult().getScore();
      assertTrue(score > 0, () -> result.getParams().getBenchmark() + " " + score);
    }
    return results;
  }
}
