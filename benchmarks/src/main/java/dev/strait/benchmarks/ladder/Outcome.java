package dev.strait.benchmarks.ladder;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a case gave.
 *
 * @param score JMH's primary metric
 * @param others what profilers and counters found beside it, by label
 * @param latencies in nanoseconds, by tag; nothing for a benchmark that keeps none
 */
record Outcome(
    Case what, Metric score, Map<String, Metric> others, Map<String, Histogram> latencies) {
  Outcome with(Map<String, Histogram> histograms) {
    return new Outcome(what, score, others, histograms);
  }
}
