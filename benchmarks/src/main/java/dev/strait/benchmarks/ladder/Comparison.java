package dev.strait.benchmarks.ladder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Two runs, case by case: what moved beyond noise. */
final class Comparison {
  /** They say the same as {@code gc.alloc.rate.norm}, but depend on the machine's speed. */
  private static final Set<String> IGNORED = Set.of("gc.alloc.rate", "gc.count", "gc.time");

  private final List<Change> changes = new ArrayList<>();
  private final List<Case> onlyBefore = new ArrayList<>();
  private final List<Case> onlyAfter = new ArrayList<>();

  private Comparison() {}

  static Comparison of(List<Outcome> before, List<Outcome> after) {
    Comparison comparison = new Comparison();
    Map<Case, Outcome> left = new LinkedHashMap<>();
    after.forEach(outcome -> left.put(outcome.what(), outcome));
    for (Outcome outcome : before) {
      Outcome other = left.remove(outcome.what());
      if (other == null) {
        comparison.onlyBefore.add(outcome.what());
      } else {
        comparison.compare(outcome, other);
      }
    }
    comparison.onlyAfter.addAll(left.keySet());
    return comparison;
  }

  private void compare(Outcome before, Outcome after) {
    add(before.what(), "score", before.score(), after.score());
    before
        .others()
        .forEach(
            (label, metric) -> {
              Metric other = after.others().get(label);
              if (other != null && !IGNORED.contains(label)) {
                add(before.what(), label, metric, other);
              }
            });
  }

  private void add(Case what, String metric, Metric before, Metric after) {
    changes.add(new Change(what, metric, before, after));
  }

  /** Those with this verdict, the largest effect first. */
  List<Change> with(Change.Verdict verdict) {
    return changes.stream()
        .filter(change -> change.verdict() == verdict)
        .sorted(Comparator.comparingDouble(Change::effect).reversed())
        .toList();
  }

  List<String> plain() {
    List<String> text = new ArrayList<>();
    text.add(
        String.format(
            Locale.ROOT,
            "Moved: by %.0f %% or more, and p <= %.2f (Mann-Whitney, over the iterations)",
            100 * Change.SMALLEST_EFFECT,
            Change.SIGNIFICANCE));
    text.add("");
    Table moved = table();
    text.addAll(moved.isEmpty() ? List.of("Nothing moved.") : moved.plain());
    text.add("");
    text.add(with(Change.Verdict.NOISE).size() + " metrics within noise");
    int tooFew = with(Change.Verdict.TOO_FEW).size();
    if (tooFew > 0) {
      text.add(tooFew + " metrics with too few iterations to tell");
    }
    onlyBefore.forEach(what -> text.add("only in A: " + what));
    onlyAfter.forEach(what -> text.add("only in B: " + what));
    return text;
  }

  private Table table() {
    Table table = new Table("", "B/A", "A", "B", "unit", "p", "metric", "case");
    List<Change> moved = new ArrayList<>(with(Change.Verdict.BETTER));
    moved.addAll(with(Change.Verdict.WORSE));
    moved.sort(Comparator.comparingDouble(Change::effect).reversed());
    for (Change change : moved) {
      table.add(
          change.verdict() == Change.Verdict.BETTER ? "better" : "WORSE",
          Change.ratio(change.ratio()),
          number(change.before().score()),
          number(change.after().score()),
          change.before().unit(),
          String.format(Locale.ROOT, "%.3f", change.probability()),
          change.metric(),
          change.what().toString());
    }
    return table;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1000 ? "%.2f" : "%,.0f", value);
  }
}
