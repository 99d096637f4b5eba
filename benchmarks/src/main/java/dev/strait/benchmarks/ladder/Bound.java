package dev.strait.benchmarks.ladder;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/**
 * What a target demands of a figure: that is the ratio to a rival, or the measured value itself.
 */
record Bound(Kind kind, double limit) {
  enum Kind {
    /** How many times better than the rival Strait is: at least the limit. */
    TIMES_BETTER,
    /** How many times the rival's value Strait's is: at most the limit. */
    TIMES_THE_RIVAL,
    /** Strait's value: at most the limit. There is no rival. */
    VALUE
  }

  static Bound timesBetter(double atLeast) {
    return new Bound(Kind.TIMES_BETTER, atLeast);
  }

  static Bound timesTheRival(double atMost) {
    return new Bound(Kind.TIMES_THE_RIVAL, atMost);
  }

  static Bound value(double atMost) {
    return new Bound(Kind.VALUE, atMost);
  }

  boolean hasRival() {
    return kind != Kind.VALUE;
  }

  /**
   * The figure that is bound.
   *
   * @param rival ignored where there is none
   */
  double figure(Measure measure, double ours, double rival) {
    return switch (kind) {
      case TIMES_BETTER -> measure.moreIsBetter() ? ours / rival : rival / ours;
      case TIMES_THE_RIVAL -> ours / rival;
      case VALUE -> ours;
    };
  }

  boolean isMet(double figure) {
    return kind == Kind.TIMES_BETTER ? figure >= limit : figure <= limit;
  }

  String show(Measure measure) {
    return switch (kind) {
      case TIMES_BETTER -> ">= " + times(limit);
      case TIMES_THE_RIVAL -> "<= " + times(limit);
      case VALUE -> "<= " + measure.show(limit);
    };
  }

  static String times(double ratio) {
    return new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
            .format(ratio)
        + "x";
  }
}
