package dev.strait.benchmarks.ladder;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A benchmark with its parameters.
 *
 * @param benchmark class and method, as in {@code UnaryCallBenchmark.call}
 * @param threads how many call it at once
 */
record Case(String benchmark, Map<String, String> params, int threads) {
  Case {
    params = Map.copyOf(params);
  }

  /** One for a single thread. */
  Case(String benchmark, Map<String, String> params) {
    this(benchmark, params, 1);
  }

  static Case of(String benchmark, String transport) {
    return new Case(benchmark, Map.of("transport", transport));
  }

  /** The one that JMH has run. */
  static Case of(String qualifiedBenchmark, Map<String, String> params, int threads) {
    int method = qualifiedBenchmark.lastIndexOf('.');
    int className = qualifiedBenchmark.lastIndexOf('.', method - 1) + 1;
    return new Case(qualifiedBenchmark.substring(className), params, threads);
  }

  /** This one with one parameter more. */
  Case with(String param, int value) {
    Map<String, String> more = new TreeMap<>(params);
    more.put(param, Integer.toString(value));
    return new Case(benchmark, more, threads);
  }

  Case onThreads(int count) {
    return new Case(benchmark, params, count);
  }

  /** Who is measured; the benchmark itself where it has no contenders. */
  String contender() {
    return params.getOrDefault("transport", benchmark);
  }

  /** As a name for a file. */
  String fileName() {
    return toString().replace(' ', '_');
  }

  @Override
  public String toString() {
    return benchmark
        + new TreeMap<>(params).entrySet().stream().map(p -> " " + p).collect(Collectors.joining())
        + (threads == 1 ? "" : " threads=" + threads);
  }
}
