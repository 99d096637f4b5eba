package dev.strait.benchmarks.ladder;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A benchmark with its parameters.
 *
 * @param benchmark class and method, as in {@code UnaryCallBenchmark.call}
 */
record Case(String benchmark, Map<String, String> params) {
  Case {
    params = Map.copyOf(params);
  }

  static Case of(String benchmark, String transport) {
    return new Case(benchmark, Map.of("transport", transport));
  }

  /** The one that JMH has run. */
  static Case of(BenchmarkParams run) {
    String name = run.getBenchmark();
    int method = name.lastIndexOf('.');
    String benchmark = name.substring(name.lastIndexOf('.', method - 1) + 1);
    return new Case(
        benchmark, run.getParamsKeys().stream().collect(Collectors.toMap(k -> k, run::getParam)));
  }

  /** This one with one parameter more. */
  Case with(String param, int value) {
    Map<String, String> more = new TreeMap<>(params);
    more.put(param, Integer.toString(value));
    return new Case(benchmark, more);
  }

  /** Who is measured; the benchmark itself where it has no contenders. */
  String contender() {
    return params.getOrDefault("transport", benchmark);
  }

  @Override
  public String toString() {
    return benchmark
        + new TreeMap<>(params).entrySet().stream().map(p -> " " + p).collect(Collectors.joining());
  }
}
