package dev.strait.benchmarks.ladder;

import java.util.OptionalDouble;

/** A row of the targets in PERFORMANCE.md, or a part of one. */
sealed interface Target {
  Row row(Results results);

  /**
   * One that this ladder measures.
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
        verdict = Row.NOT_MEASURED + rival.contender() + " was not run";
      } else {
        double figure = bound.figure(measure, ours.getAsDouble(), theirs.orElse(0));
        ratio = bound.hasRival() ? Bound.times(figure) : "";
        verdict = bound.isMet(figure) ? Row.MET : Row.MISSED;
      }
      String rivalText = bound.hasRival() ? rival.contender() + " " + show(theirs) : "";
      return new Row(id, work, show(ours), rivalText, ratio, bound.show(measure), verdict);
    }

    private String show(OptionalDouble value) {
      return value.isPresent() ? measure.show(value.getAsDouble()) : "-";
    }
  }

  /** One that this ladder does not measure, and what does. */
  record Elsewhere(String id, String work, String target, String where) implements Target {
    @Override
    public Row row(Results results) {
      return new Row(id, work, "", "", "", target, Row.NOT_MEASURED + where);
    }
  }
}
