package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.latency.Latencies;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/** Outcomes that nobody measured. */
final class Sample {
  private Sample() {}

  /** As many equal iterations as JMH's ladders have. */
  static Outcome outcome(Case what, double score, String unit) {
    return outcome(what, unit, Collections.nCopies(5, score));
  }

  static Outcome outcome(Case what, String unit, List<Double> iterations) {
    return new Outcome(what, metric(unit, iterations), Map.of(), Map.of());
  }

  static Metric metric(String unit, List<Double> iterations) {
    double mean = iterations.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    return new Metric(mean, Double.NaN, unit, iterations);
  }

  static Outcome with(Outcome outcome, String label, double value) {
    Map<String, Metric> more = new HashMap<>(outcome.others());
    more.put(label, metric("B/op", Collections.nCopies(5, value)));
    return new Outcome(outcome.what(), outcome.score(), more, outcome.latencies());
  }

  /** Of 10,000 calls, whose median is so many microseconds. */
  static Outcome latencies(Case what, double medianMicros) {
    Histogram histogram = new Histogram(3);
    LongStream.rangeClosed(1, 10_000)
        .forEach(i -> histogram.recordValue(1 + (long) (i * medianMicros / 5)));
    return outcome(what, medianMicros, "us/op").with(Map.of(Latencies.LATENCY, histogram));
  }

  static Run run(Outcome... outcomes) {
    return run(List.of(outcomes), List.of());
  }

  static Run run(List<Outcome> outcomes, List<String> failures) {
    RunInfo info =
        new RunInfo("full", 1, outcomes.size() + failures.size(), Map.of("cores", "2"), failures);
    return new Run(info, new ArrayList<>(outcomes));
  }
}
