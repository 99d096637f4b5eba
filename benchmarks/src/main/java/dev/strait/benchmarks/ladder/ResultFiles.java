package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a report and its charts of what a run has left, beside it.
 *
 * @param root of the clone, whose notes are taken in
 */
record ResultFiles(RunDirectory directory, Path root) {
  static {
    // Charts go to files only.
    System.setProperty("java.awt.headless", "true");
  }

  /** Returns the charts. */
  List<Chart> makeReport() throws IOException {
    Run run = directory.read();
    List<Chart> charts = charts(run);
    for (Chart chart : charts) {
      directory.write(chart.file(), chart.png());
    }
    Report report = new Report(run);
    Notes notes = new Notes(root.resolve("docs/benchmarks/notes"));
    directory.write("report.md", report.markdown(charts, notes));
    report.plain().forEach(System.out::println);
    System.out.printf("%nResults: %s%n", directory.path());
    return charts;
  }

  /** Drawing needs fonts, which a small container's JDK may not find: no charts then. */
  private static List<Chart> charts(Run run) {
    try {
      return Charts.of(run);
    } catch (LinkageError | InternalError e) {
      System.err.println("strait bench: cannot draw charts: " + e);
      return List.of();
    }
  }
}
