package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Takes a run into the repository: its files below {@code docs/benchmarks/}, its table and charts
 * into the README.
 *
 * @param root of the clone
 */
record Publication(RunDirectory source, Path root) {
  private static final String BEGIN = "<!-- by ./strait bench --publish -->";
  private static final String END = "<!-- end of what ./strait bench --publish wrote -->";

  /** Large, and of use only where it was written. */
  private static final String LOG = "jmh.log";

  /** Returns where its files are now. */
  Path publish() throws IOException {
    Run run = source.read();
    String date = run.info().environment().getOrDefault("date", "undated").replaceFirst("T.*", "");
    Path target = root.resolve("docs/benchmarks").resolve(date);
    copyTo(target);
    List<Chart> charts = new ResultFiles(new RunDirectory(target), root).makeReport();
    replaceInReadme(section(run, charts, "docs/benchmarks/" + date + "/"));
    return target;
  }

  private void copyTo(Path target) throws IOException {
    new RunDirectory(target).create();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(source.path())) {
      files = walk.filter(Files::isRegularFile).filter(file -> !file.endsWith(LOG)).toList();
    }
    for (Path file : files) {
      Path copy = target.resolve(source.path().relativize(file));
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static List<String> section(Run run, List<Chart> charts, String directory) {
    Map<String, String> facts = run.info().environment();
    List<String> text = new ArrayList<>();
    text.add(
        "The last run: `%s` on %s, at commit %s, on %s with %s cores, %s, %s; gRPC-Java %s, Netty %s, junixsocket %s ([the whole report](%sreport.md))."
            .formatted(
                facts.get("command"),
                facts.get("date"),
                facts.get("commit"),
                facts.get("CPU"),
                facts.get("cores"),
                facts.get("kernel"),
                facts.get("JDK"),
                facts.get("gRPC-Java"),
                facts.get("Netty"),
                facts.get("junixsocket"),
                directory));
    Report report = new Report(run);
    report.caveats().forEach(caveat -> text.addAll(List.of("", "**" + caveat + "**")));
    text.add("");
    text.addAll(report.targets().markdown());
    for (Chart chart : charts) {
      text.addAll(List.of("", "![" + chart.title() + "](" + directory + chart.file() + ")"));
    }
    return text;
  }

  private void replaceInReadme(List<String> section) throws IOException {
    Path readme = root.resolve("README.md");
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(readme + " has no lines " + BEGIN + " and " + END);
    }
    String before = text.substring(0, begin + BEGIN.length());
    Files.writeString(
        readme, before + "\n\n" + String.join("\n", section) + "\n\n" + text.substring(end));
  }
}
