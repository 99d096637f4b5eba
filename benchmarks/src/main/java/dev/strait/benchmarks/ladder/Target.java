package dev.strait.benchmarks.ladder;

import java.util.OptionalDouble;

/** A row of the targets in PERFORMANCE.md, or a part of one. */
sealed interface Target {
  Row row(Results results);

  /**
   * One that is measured.
   *
   * @param id as in {@code P1}
   * @param rival whatever, where the bound has none
   */
  record Measured(String id, String work, Case strait, Case rival, Measure measure, Bound bound)
      implements Target {
    @Override
    public Row row(Results results) {
      OptionalDouble ours = results.of(strait, measure);
      OptionalDouble theirs = results.of(rival, measure);
      String verdict;
      String ratio = "";
      if (ours.isEmpty()) {
        verdict = Row.NOT_MEASURED + strait.contender() + " was not run";
      } else if (bound.hasRival() && theirs.isEmpty()) {
        verdict = Row.NOT_MEASURED + rivalName() + " was not run";
      } else {
        double figure = bound.figure(measure, ours.getAsDouble(), theirs.orElse(0));
        ratio = bound.hasRival() ? bound.show(measure, figure) : "";
        verdict = bound.isMet(measure, figure) ? Row.MET : Row.MISSED;
      }
      String rivalText = bound.hasRival() ? rivalName() + " " + show(theirs) : "";
      return new Row(id, work, show(ours), rivalText, ratio, bound.show(measure), verdict);
    }

    /** What it is held against may be Strait itself, under other circumstances. */
    private String rivalName() {
      return rival.contender().equals(strait.contender()) ? "without" : rival.contender();
    }

    private String show(OptionalDouble value) {
      return value.isPresent() ? measure.show(value.getAsDouble()) : "-";
    }
  }

  /** One that is not measured, and why. */
  record Elsewhere(String id, String work, String target, String why) implements Target {
    @Override
    public Row row(Results results) {
      return new Row(id, work, "", "", "", target, Row.NOT_MEASURED + why);
    }
  }
}
