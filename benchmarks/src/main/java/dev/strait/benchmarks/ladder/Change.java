package dev.strait.benchmarks.ladder;

import java.util.Locale;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * What became of a metric from one run to another.
 *
 * @param metric JMH's label, or {@code score}
 */
record Change(Case what, String metric, Metric before, Metric after) {
  /** Two runs of the same code differ by as much, on a machine that others use too. */
  static final double SMALLEST_EFFECT = 0.10;

  /** How likely such iterations are if nothing has changed: at most that. */
  static final double SIGNIFICANCE = 0.05;

  /** With fewer on both sides, no order of them is unlikely enough. */
  private static final int FEWEST_ITERATIONS = 4;

  /** JMH's own allocations are a fraction of a byte for each operation. */
  private static final double LEAST_BYTES = 1;

  enum Verdict {
    BETTER,
    WORSE,
    NOISE,
    /** Too few iterations to tell. */
    TOO_FEW
  }

  /** The second run's value as a multiple of the first one's. */
  double ratio() {
    return after.score() / before.score();
  }

  /** The same whether it is doubled or halved. */
  double effect() {
    return Math.abs(Math.log(ratio()));
  }

  Verdict verdict() {
    if (isNothing()) {
      return Verdict.NOISE;
    }
    if (before.iterations().size() < FEWEST_ITERATIONS
        || after.iterations().size() < FEWEST_ITERATIONS) {
      return Verdict.TOO_FEW;
    }
    // Written so that a ratio that is not a number is noise.
    boolean moved = effect() >= Math.log1p(SMALLEST_EFFECT) && probability() <= SIGNIFICANCE;
    if (!moved) {
      return Verdict.NOISE;
    }
    return ratio() > 1 == before.moreIsBetter() ? Verdict.BETTER : Verdict.WORSE;
  }

  /** Of iterations as different as these, if both runs were alike: Mann and Whitney's test. */
  double probability() {
    return MannWhitneyUTest.withDefaults().test(before.values(), after.values()).getPValue();
  }

  private boolean isNothing() {
    return before.unit().equals("B/op") && Math.max(before.score(), after.score()) < LEAST_BYTES;
  }

  static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2fx", ratio);
  }
}
