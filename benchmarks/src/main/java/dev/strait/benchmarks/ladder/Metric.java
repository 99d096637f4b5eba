package dev.strait.benchmarks.ladder;

import java.util.List;
import org.apache.commons.statistics.descriptive.Median;

/**
 * A figure that JMH found.
 *
 * @param error half of the 99.9 % confidence interval of the mean; not a number if there are too
 *     few iterations for one
 * @param unit as JMH writes it, as in {@code ops/s}
 * @param iterations the figure of each iteration, of all forks
 */
record Metric(double score, double error, String unit, List<Double> iterations) {
  double median() {
    return Median.withDefaults().evaluate(values());
  }

  double[] values() {
    return iterations.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Otherwise less is: times, bytes. */
  boolean moreIsBetter() {
    return unit.startsWith("ops/") || unit.equals("connections");
  }
}
