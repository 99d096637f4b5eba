package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/** What a ladder tells in the end: the targets, the charts, all that was run, and where. */
final class Report {
  private final Run run;
  private final List<Row> rows;

  Report(Run run) {
    this.run = run;
    rows = Targets.ALL.stream().map(target -> target.row(run)).toList();
  }

  List<String> plain() {
    List<String> text = new ArrayList<>(targets().plain());
    text.add("");
    run.info().environment().forEach((name, value) -> text.add("%-12s %s".formatted(name, value)));
    text.addAll(caveats());
    run.info().failures().forEach(failure -> text.add("FAILED       " + failure));
    return text;
  }

  /**
   * The whole report.
   *
   * @param charts which are beside it
   * @param notes about the rows that fall short
   */
  List<String> markdown(List<Chart> charts, Notes notes) throws IOException {
    List<String> text = new ArrayList<>();
    text.addAll(List.of("# Strait: the " + run.info().ladder() + " ladder", ""));
    run.info().environment().forEach((name, value) -> text.add("- " + name + ": " + value));
    caveats().forEach(caveat -> text.add("- **" + caveat + "**"));
    run.info().failures().forEach(failure -> text.add("- **failed**: " + failure));
    text.addAll(List.of("", "## Targets", ""));
    text.addAll(targets().markdown());
    text.addAll(
        List.of(
            "",
            "A ratio `>=` says how many times better Strait is than the rival, a ratio `<=` how many"
                + " times the rival's value Strait's is, and `+` how much more it is. Both sides run"
                + " in a process of their own.",
            ""));
    Set<String> missed = missed();
    if (!missed.isEmpty()) {
      text.addAll(List.of("## What falls short", ""));
      text.addAll(notes.about(missed));
    }
    if (!charts.isEmpty()) {
      text.addAll(List.of("## Charts", ""));
      charts.forEach(
          chart -> text.addAll(List.of("![" + chart.title() + "](" + chart.file() + ")", "")));
    }
    Table idle = idleConnections();
    if (!idle.isEmpty()) {
      text.addAll(List.of("## Idle connections", ""));
      text.addAll(idle.markdown());
      text.add("");
    }
    text.addAll(List.of("## All that was run", ""));
    text.addAll(everything().markdown());
    text.addAll(
        List.of(
            "",
            "`±` is half of the 99.9 % confidence interval of the mean. Percentiles are of all"
                + " iterations together, in us; allocation is in bytes per operation, CPU in us per"
                + " operation, of both processes. An operation of a stream is a byte."));
    return text;
  }

  /** The targets beside what was measured. */
  Table targets() {
    Table table = new Table("#", "work", "Strait", "rival", "ratio", "target", "verdict");
    for (Row row : rows) {
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

  /** In the order of the targets. */
  private Set<String> missed() {
    return rows.stream()
        .filter(row -> row.verdict().equals(Row.MISSED))
        .map(Row::id)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Why its figures are not those of a whole run. */
  List<String> caveats() {
    List<String> text = new ArrayList<>();
    RunInfo info = run.info();
    if (info.scale() != 1) {
      text.add(
          String.format(
              Locale.ROOT,
              "run at %s times the ladder's durations: no figure here is to be believed",
              info.scale()));
    }
    int ended = run.outcomes().size() + info.failures().size();
    if (ended < info.cases()) {
      text.add("interrupted: " + ended + " of " + info.cases() + " cases have run");
    }
    return text;
  }

  private Table idleConnections() {
    Table table =
        new Table("transport", "served", "opened in", "heap each", "CPU", "threads of the server");
    for (Outcome outcome : run.outcomes()) {
      if (Measure.CONNECTIONS_SERVED.in(outcome).isPresent()) {
        List<String> line = new ArrayList<>(List.of(outcome.what().contender()));
        for (Measure measure :
            List.of(
                Measure.CONNECTIONS_SERVED,
                Measure.MEDIAN_MILLIS,
                Measure.KIB_PER_CONNECTION,
                Measure.IDLE_CPU,
                Measure.SERVER_THREADS)) {
          line.add(measure.show(measure.in(outcome).orElse(Double.NaN)));
        }
        table.add(line.toArray(String[]::new));
      }
    }
    return table;
  }

  private Table everything() {
    Table table =
        new Table(
            "benchmark",
            "score",
            "±",
            "unit",
            "p50",
            "p90",
            "p99",
            "p99.9",
            "max",
            "client alloc",
            "server alloc",
            "CPU");
    for (Outcome outcome : run.outcomes()) {
      if (outcome.latencies().isEmpty()) {
        table.add(line(outcome, outcome.what().toString(), List.of("", "", "", "", "")));
      }
      new TreeMap<>(outcome.latencies())
          .forEach(
              (tag, latencies) -> table.add(line(outcome, name(outcome, tag), five(latencies))));
    }
    return table;
  }

  private static String name(Outcome outcome, String tag) {
    return outcome.latencies().size() == 1 ? "" + outcome.what() : outcome.what() + ", " + tag;
  }

  private static String[] line(Outcome outcome, String name, List<String> percentiles) {
    List<String> line = new ArrayList<>(List.of(name));
    Metric score = outcome.score();
    line.addAll(List.of(number(score.score()), number(score.error()), score.unit()));
    line.addAll(percentiles);
    for (Measure measure :
        List.of(Measure.CLIENT_ALLOCATION, Measure.SERVER_ALLOCATION, Measure.CPU_MICROS)) {
      OptionalDouble value = measure.in(outcome);
      line.add(value.isPresent() ? number(value.getAsDouble()) : "");
    }
    return line.toArray(String[]::new);
  }

  private static List<String> five(Histogram latencies) {
    return DoubleStream.of(50, 90, 99, 99.9, 100)
        .mapToObj(percentile -> number(Measure.micros(latencies, percentile)))
        .toList();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    return String.format(Locale.ROOT, value < 1000 ? "%.2f" : "%,.0f", value);
  }
}
