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
    /** How much more than the rival's value Strait's is: at most the limit. */
    MORE_THAN_THE_RIVAL,
    /** Strait's value: at most the limit, or at least where more is better. There is no rival. */
    VALUE
  }

  static Bound timesBetter(double atLeast) {
    return new Bound(Kind.TIMES_BETTER, atLeast);
  }

  static Bound timesTheRival(double atMost) {
    return new Bound(Kind.TIMES_THE_RIVAL, atMost);
  }

  static Bound moreThanTheRival(double atMost) {
    return new Bound(Kind.MORE_THAN_THE_RIVAL, atMost);
  }

  static Bound value(double limit) {
    return new Bound(Kind.VALUE, limit);
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
      case MORE_THAN_THE_RIVAL -> ours - rival;
      case VALUE -> ours;
    };
  }

  boolean isMet(Measure measure, double figure) {
    return atLeast(measure) ? figure >= limit : figure <= limit;
  }

  /** As in {@code >= 15x}. */
  String show(Measure measure) {
    return (atLeast(measure) ? ">= " : "<= ") + show(measure, limit);
  }

  /** The figure that is bound, or the limit. */
  String show(Measure measure, double figure) {
    return switch (kind) {
      case TIMES_BETTER, TIMES_THE_RIVAL -> times(figure);
      case MORE_THAN_THE_RIVAL -> (figure < 0 ? "" : "+") + measure.show(figure);
      case VALUE -> measure.show(figure);
    };
  }

  private boolean atLeast(Measure measure) {
    return kind == Kind.TIMES_BETTER || (kind == Kind.VALUE && measure.moreIsBetter());
  }

  static String times(double ratio) {
    return new DecimalFormat("#,##0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
            .format(ratio)
        + "x";
  }
}
