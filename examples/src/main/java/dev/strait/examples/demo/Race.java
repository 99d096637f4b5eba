package dev.strait.examples.demo;

import java.util.Arrays;
import java.util.List;

/** Measures the contenders in turns, round by round, because the speed of the machine drifts. */
final class Race {
  private final List<Pair> pairs;
  private final Effort effort;

  Race(List<Pair> pairs, Effort effort) {
    this.pairs = pairs;
    this.effort = effort;
  }

  List<Result> run() throws InterruptedException {
    warmUp();
    UnaryLatency[] latencies = new UnaryLatency[pairs.size()];
    Arrays.fill(latencies, UnaryLatency.none());
    long[][] throughputs = new long[pairs.size()][effort.rounds()];
    for (int round = 0; round < effort.rounds(); round++) {
      for (int i = 0; i < latencies.length; i++) {
        latencies[i] = latencies[i].plus(pairs.get(i).latency(effort.roundMillis()));
      }
      for (int i = 0; i < latencies.length; i++) {
        throughputs[i][round] = pairs.get(i).throughput(effort.roundMillis());
      }
    }
    Result[] results = new Result[pairs.size()];
    for (int i = 0; i < results.length; i++) {
      results[i] = new Result(pairs.get(i).contender(), latencies[i], median(throughputs[i]));
    }
    return List.of(results);
  }

  /** Until no contender's median moves by more than a twentieth from one round to the next. */
  private void warmUp() throws InterruptedException {
    double[] medians = new double[pairs.size()];
    boolean flat = false;
    for (int round = 0; round < effort.warmUpRounds() && !flat; round++) {
      flat = true;
      for (int i = 0; i < medians.length; i++) {
        pairs.get(i).throughput(effort.roundMillis() / 2);
        double median = pairs.get(i).latency(effort.roundMillis()).micros(50);
        flat &= Math.abs(median - medians[i]) <= medians[i] / 20;
        medians[i] = median;
      }
    }
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
