package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.benchmarks.frames.FrameBenchmark;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

final class ReportTest {
  @Test
  void tellsWhatJmhHasMeasured() throws Exception {
    System.setProperty("jmh.ignoreLock", "true");
    RunResult run =
        new Runner(
                new OptionsBuilder()
                    .include(FrameBenchmark.class.getName() + ".encode")
                    .param("dataBytes", "64")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(10))
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();
    Results results = Report.resultsOf(List.of(run));
    assertEquals(
        run.getPrimaryResult().getScore(),
        results.of(Targets.ENCODE, Measure.MEAN_NANOS).orElseThrow());
    assertTrue(results.of(Targets.DECODE, Measure.MEAN_NANOS).isEmpty());
    assertTrue(results.of(Targets.ENCODE, Measure.P50_MICROS).isEmpty());

    Report report = new Report(Map.of("cores", "2"), List.of(run), List.of("it broke"));
    assertContains(report.markdown(), "- cores: 2");
    assertContains(report.markdown(), "- **failed**: it broke");
    assertContains(report.markdown(), "| FrameBenchmark.encode dataBytes=64 | ");
    assertContains(report.markdown(), "| P8 | encode 64 B | ");
    assertContains(report.plain(), "P8   encode 64 B ");
  }

  @Test
  void aTableIsAlignedOnATerminalAndEscapedInMarkdown() {
    Table table = new Table("a", "b");
    table.add("long", "x|y");
    assertEquals(List.of("a     b", "long  x|y"), table.plain());
    assertEquals(List.of("| a | b |", "|---|---|", "| long | x\\|y |"), table.markdown());
  }

  private static void assertContains(List<String> lines, String start) {
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(start)), lines::toString);
  }
}
