package dev.strait.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark still runs. What it gives here means nothing. */
final class BenchmarkSmokeTest {
  @BeforeAll
  static void otherBuildsMayRunBesideThis() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void framesAreMeasured() throws Exception {
    Map<String, Double> scores = run(options(FrameBenchmark.class));
    assertEquals(Set.of("encode", "decode"), scores.keySet());
    assertPositive(scores);
  }

  @Test
  void unaryCallsAreMeasured() throws Exception {
    ChainedOptionsBuilder options = options(UnaryCallBenchmark.class);
    Set<String> expected = Set.of("call strait", "call grpc-direct", "call grpc-default");
    if (!Epoll.isAvailable()) {
      System.err.println("SKIPPED: gRPC-Java over a Unix socket needs Netty's epoll");
      options.param("transport", "strait");
      expected = Set.of("call strait");
    }
    Map<String, Double> scores = run(options);
    assertEquals(expected, scores.keySet());
    assertPositive(scores);
  }

  private static ChainedOptionsBuilder options(Class<?> benchmark) {
    return new OptionsBuilder()
        .include(benchmark.getName().replace(".", "\\.") + "\\.")
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(100))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
  }

  private static Map<String, Double> run(ChainedOptionsBuilder options) throws Exception {
    Collection<RunResult> results = new Runner(options.build()).run();
    return results.stream()
        .collect(
            Collectors.toMap(
                BenchmarkSmokeTest::name, result -> result.getPrimaryResult().getScore()));
  }

  private static String name(RunResult result) {
    String method = result.getPrimaryResult().getLabel();
    return result.getParams().getParamsKeys().contains("transport")
        ? method + " " + result.getParams().getParam("transport")
        : method;
  }

  private static void assertPositive(Map<String, Double> scores) {
    scores.forEach((name, score) -> assertTrue(score > 0, name + " " + score));
  }
}
