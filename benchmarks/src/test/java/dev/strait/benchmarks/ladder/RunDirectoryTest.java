package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.benchmarks.bytes.PingPongBenchmark;
import dev.strait.benchmarks.latency.HistogramLog;
import dev.strait.benchmarks.latency.Latencies;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class RunDirectoryTest {
  private static final RunInfo INFO = new RunInfo("full", 0.5, 2, Map.of("cores", "2"), List.of());

  @TempDir private Path path;
  private RunDirectory directory = new RunDirectory(Path.of(""));

  @BeforeAll
  static void otherBuildsMayRunBesideThis() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @BeforeEach
  void create() throws IOException {
    directory = new RunDirectory(path.resolve("run"));
    directory.create();
  }

  @Test
  void aRunIsReadAsItWasMeasuredAndAFailureLosesNothing() throws IOException {
    Case memory = Case.of(PingPongBenchmark.class.getName() + ".roundTrip", Map.of(), 1);
    Case works = new Case(memory.benchmark(), Map.of("transport", "strait-memory"));
    Case fails = new Case(memory.benchmark(), Map.of("transport", "nobody"));
    Step.Effort effort = new Step.Effort(1, 2, 50);
    List<Step> steps = List.of(new Step(fails, effort), new Step(works, effort));
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Progress progress = new Progress(nowhere, false, () -> 0, steps);

    Interrupt interrupt = Interrupt.awaited(directory);
    new Ladder(progress, nowhere, directory, interrupt).run(steps, INFO);
    interrupt.finished();

    Run run = directory.read();
    assertEquals(List.of(works), run.outcomes().stream().map(Outcome::what).toList());
    assertEquals(1, run.info().failures().size());
    assertTrue(run.info().failures().get(0).startsWith(fails + ": "), run::toString);
    assertEquals(2, run.outcomes().get(0).score().iterations().size());
    // The histogram has crossed from the benchmark's JVM by a file, without the warm-up.
    Histogram latencies = run.outcomes().get(0).latencies().get(Latencies.LATENCY);
    Metric p50 = run.outcomes().get(0).others().get("latency.p50");
    assertTrue(latencies.getTotalCount() > 0);
    double merged = Measure.micros(latencies, 50);
    double least = p50.iterations().stream().mapToDouble(v -> v).min().orElseThrow();
    double most = p50.iterations().stream().mapToDouble(v -> v).max().orElseThrow();
    assertTrue(least <= merged && merged <= most, merged + " of " + p50);
  }

  @Test
  void informationSurvives() throws IOException {
    directory.write(INFO);
    directory.write("results.json", List.of("[]"));
    assertEquals(INFO, directory.read().info());
  }

  @Test
  void nothingIsHalfWritten() throws IOException {
    directory.write(INFO);
    directory.write(INFO.with(List.of("it broke")));
    assertEquals(List.of("histograms", "run.json"), names());
  }

  @Test
  void aCaseWithoutHistogramHasNone() throws IOException {
    assertEquals(Map.of(), HistogramLog.read(directory.histograms(Targets.ENCODE)));
  }

  @Test
  void whatDescribesNoRunIsNamed() throws IOException {
    directory.write("results.json", List.of("[]"));
    directory.write("run.json", List.of("[1]"));
    IOException e = assertThrows(IOException.class, directory::read);
    assertTrue(e.getMessage().contains("run.json does not describe a run"), e::getMessage);
  }

  @Test
  void isDeletedWithAllThatIsInIt() throws IOException {
    directory.write(INFO);
    directory.delete();
    assertFalse(Files.exists(directory.path()));
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(directory.path())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
