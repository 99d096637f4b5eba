package dev.strait.examples.demo;

import java.util.ArrayList;
import java.util.List;

/** The results side by side, and the first contender's ratio to each of the others. */
final class Table {
  private Table() {}

  static List<String> of(List<Result> results) {
    List<String> lines = new ArrayList<>();
    lines.add(row("", "p50", "p99", "one at a time", UnaryThroughput.IN_FLIGHT + " in flight"));
    for (Result result : results) {
      lines.add(
          row(
              result.contender().label(),
              micros(result, 50),
              micros(result, 99),
              "%,.0f/s".formatted(result.latency().callsPerSecond()),
              "%,.0f/s".formatted(result.throughput())));
    }
    Result first = results.get(0);
    for (Result other : results.subList(1, results.size())) {
      lines.add(
          row(
              first.contender().label() + " : " + other.contender().label(),
              ratio(other.latency().micros(50), first.latency().micros(50)),
              ratio(other.latency().micros(99), first.latency().micros(99)),
              ratio(first.latency().callsPerSecond(), other.latency().callsPerSecond()),
              ratio(first.throughput(), other.throughput())));
    }
    return lines;
  }

  private static String row(String label, String p50, String p99, String single, String many) {
    return "  %-35s %10s %10s %15s %15s".formatted(label, p50, p99, single, many);
  }

  private static String micros(Result result, double percentile) {
    return "%.1f us".formatted(result.latency().micros(percentile));
  }

  private static String ratio(double better, double worse) {
    return "%.1fx".formatted(better / worse);
  }
}
