package dev.strait.benchmarks.ladder;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.openjdk.jmh.results.RunResult;

/** What the ladder tells in the end: the targets, all that was run, and where. */
final class Report {
  private final Map<String, String> environment;
  private final Collection<RunResult> runs;
  private final List<String> failures;

  Report(Map<String, String> environment, Collection<RunResult> runs, List<String> failures) {
    this.environment = environment;
    this.runs = runs;
    this.failures = failures;
  }

  /** The targets beside what was measured. */
  static Table targets(Results results) {
    Table table = new Table("#", "work", "Strait", "rival", "ratio", "target", "verdict");
    for (Target target : Targets.ALL) {
      Row row = target.row(results);
      table.add(
          row.id(),
          row.work(),
          row.strait(),
          row.rival(),
          row.ratio(),
          row.target(),
          row.verdict());
    }
    return table;
  }

  /** What these runs gave. */
  static Results resultsOf(Collection<RunResult> runs) {
    return (which, measure) ->
        runs.stream()
            .filter(run -> Case.of(run.getParams()).equals(which))
            .findFirst()
            .map(measure::in)
            .orElse(OptionalDouble.empty());
  }

  List<String> plain() {
    List<String> text = new ArrayList<>(targets(resultsOf(runs)).plain());
    text.add("");
    environment.forEach((name, value) -> text.add("%-12s %s".formatted(name, value)));
    failures.forEach(failure -> text.add("FAILED       " + failure));
    return text;
  }

  List<String> markdown() {
    List<String> text = new ArrayList<>(List.of("# Strait: the quick ladder", ""));
    environment.forEach((name, value) -> text.add("- " + name + ": " + value));
    failures.forEach(failure -> text.add("- **failed**: " + failure));
    text.addAll(List.of("", "## Targets", ""));
    text.addAll(targets(resultsOf(runs)).markdown());
    text.addAll(
        List.of(
            "",
            "A ratio `>=` says how many times better Strait is than the rival, a ratio `<=` how many"
                + " times the rival's value Strait's is. Both sides run in a process of their own.",
            "",
            "## All that was run",
            ""));
    text.addAll(everything().markdown());
    return text;
  }

  private Table everything() {
    Table table = new Table("benchmark", "score", "unit", "p50", "p99");
    for (RunResult run : runs) {
      table.add(
          Case.of(run.getParams()).toString(),
          number(run.getPrimaryResult().getScore()),
          run.getPrimaryResult().getScoreUnit(),
          show(Measure.P50_MICROS, run),
          show(Measure.P99_MICROS, run));
    }
    return table;
  }

  private static String show(Measure measure, RunResult run) {
    OptionalDouble value = measure.in(run);
    return value.isPresent() ? measure.show(value.getAsDouble()) : "";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 1000 ? "%.2f" : "%,.0f", value);
  }
}
