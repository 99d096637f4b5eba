package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
  private static final Outcome FAST = Sample.latencies(Targets.call("strait"), 5);
  private static final Outcome SLOW = Sample.latencies(Targets.call("grpc-direct"), 10);

  @TempDir private Path directory;

  @Test
  void tellsTargetsEnvironmentAndFailures() throws IOException {
    Run run = Sample.run(List.of(FAST, SLOW), List.of("it broke"));
    List<String> markdown = markdown(run);
    assertContains(markdown, "# Strait: the full ladder");
    assertContains(markdown, "- cores: 2");
    assertContains(markdown, "- **failed**: it broke");
    assertContains(
        markdown,
        "| P1 | unary, one at a time, p50 | 5.0 us | grpc-direct 10.0 us | 2x | >= 15x | NOT met |");
    assertContains(new Report(run).plain(), "P1   unary, one at a time, p50 ");
  }

  @Test
  void tellsAllThatWasRunWithItsPercentiles() throws IOException {
    assertContains(
        markdown(Sample.run(FAST)),
        "| UnaryCallBenchmark.call payloadBytes=64 transport=strait | 5.00 |  | us/op | 5.00 | 9.01"
            + " | 9.90 | 9.99 | 10.01 |  |  |  |");
  }

  @Test
  void aRowThatFallsShortCarriesItsNote() throws IOException {
    Files.writeString(directory.resolve("P1.md"), "The time goes to the kernel.\n");
    List<String> markdown = markdown(Sample.run(FAST, SLOW));
    int heading = markdown.indexOf("### P1");
    assertTrue(heading > markdown.indexOf("## What falls short"), markdown::toString);
    assertEquals("The time goes to the kernel.", markdown.get(heading + 2));
    assertContains(markdown, "No note yet: `docs/benchmarks/notes/P2.md`.");
    assertFalse(markdown.contains("### P3"), "was not measured");
  }

  @Test
  void aRowThatIsMetNeedsNoNote() throws IOException {
    Run run = Sample.run(FAST, Sample.latencies(Targets.call("grpc-direct"), 100));
    assertFalse(markdown(run).contains("## What falls short"));
  }

  @Test
  void tellsIdleConnectionsOfAll() throws IOException {
    Outcome idle = Sample.outcome(Targets.idle("grpc-direct"), 1234, "ms/op");
    idle = Sample.with(idle, "connections.served", 10_000);
    idle = Sample.with(idle, "server.heap.per.connection", 12.5);
    idle = Sample.with(idle, "server.cpu.idle", 0.25);
    idle = Sample.with(idle, "server.threads", 7);
    assertContains(
        markdown(Sample.run(idle)),
        "| grpc-direct | 10,000 | 1,234 ms | 12.5 KiB | 0.3 ms/s | 7 |");
  }

  @Test
  void saysThatAShortenedRunIsNotToBeBelieved() throws IOException {
    RunInfo info = new RunInfo("full", 0.05, 1, Map.of(), List.of());
    assertContains(
        markdown(new Run(info, List.of(FAST))),
        "- **run at 0.05 times the ladder's durations: no figure here is to be believed**");
  }

  @Test
  void saysThatAnInterruptedRunIsNotWhole() throws IOException {
    RunInfo info = new RunInfo("full", 1, 5, Map.of(), List.of("one broke"));
    assertContains(
        markdown(new Run(info, List.of(FAST))), "- **interrupted: 2 of 5 cases have run**");
  }

  @Test
  void showsItsCharts() throws IOException {
    Chart chart = new Chart("a.png", "A title", new byte[0]);
    List<String> markdown =
        new Report(Sample.run(FAST)).markdown(List.of(chart), new Notes(directory));
    assertContains(markdown, "![A title](a.png)");
  }

  @Test
  void aTableIsAlignedOnATerminalAndEscapedInMarkdown() {
    Table table = new Table("a", "b");
    table.add("long", "x|y");
    assertEquals(List.of("a     b", "long  x|y"), table.plain());
    assertEquals(List.of("| a | b |", "|---|---|", "| long | x\\|y |"), table.markdown());
  }

  private List<String> markdown(Run run) throws IOException {
    return new Report(run).markdown(List.of(), new Notes(directory));
  }

  private static void assertContains(List<String> lines, String start) {
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(start)), lines::toString);
  }
}
