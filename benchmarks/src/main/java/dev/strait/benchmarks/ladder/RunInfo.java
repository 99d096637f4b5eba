package dev.strait.benchmarks.ladder;

import java.util.List;
import java.util.Map;

/**
 * What is known about a run beside its results.
 *
 * @param ladder as in {@code full}
 * @param scale by what the ladder's durations were multiplied
 * @param cases how many were to run
 * @param environment where and when, in order
 * @param failures of the cases that ended without a result
 */
record RunInfo(
    String ladder,
    double scale,
    int cases,
    Map<String, String> environment,
    List<String> failures) {
  RunInfo with(List<String> newFailures) {
    return new RunInfo(ladder, scale, cases, environment, List.copyOf(newFailures));
  }
}
