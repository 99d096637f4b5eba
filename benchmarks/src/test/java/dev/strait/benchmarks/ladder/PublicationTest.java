package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublicationTest {
  private static final String README =
      """
      before
      <!-- by ./strait bench --publish -->
      old
      <!-- end of what ./strait bench --publish wrote -->
      after
      """;

  @TempDir private Path root;
  private RunDirectory results = new RunDirectory(Path.of(""));

  @BeforeEach
  void aRun() throws IOException {
    results = new RunDirectory(root.resolve("results"));
    results.create();
    results.write(new RunInfo("full", 1, 0, Map.of("date", "2026-11-22T03:04:05Z"), List.of()));
    results.write("results.json", List.of("[]"));
    results.write("jmh.log", List.of("much"));
    Files.writeString(results.histograms(Targets.call("strait")), "#[A histogram]\n");
  }

  @Test
  void theReadmeShowsTheLastRunOnly() throws IOException {
    Files.writeString(root.resolve("README.md"), README);
    publication().publish();
    List<String> readme = Files.readAllLines(root.resolve("README.md"));
    assertEquals("before", readme.get(0));
    assertEquals("after", readme.get(readme.size() - 1));
    assertTrue(readme.get(3).contains("(docs/benchmarks/2026-11-22/report.md)"), readme::toString);
    assertTrue(readme.stream().anyMatch(line -> line.startsWith("| P15 |")), readme::toString);
    assertFalse(readme.contains("old"));
    publication().publish();
    assertEquals(readme, Files.readAllLines(root.resolve("README.md")));
  }

  @Test
  void theRepositoryGetsWhatAReportIsMadeOf() throws IOException {
    Files.writeString(root.resolve("README.md"), README);
    Path published = publication().publish();
    assertEquals(root.resolve("docs/benchmarks/2026-11-22"), published);
    assertTrue(Files.exists(published.resolve("report.md")));
    assertTrue(Files.exists(published.resolve("run.json")));
    RunDirectory copy = new RunDirectory(published);
    assertTrue(Files.exists(copy.histograms(Targets.call("strait"))));
    assertFalse(Files.exists(copy.log()));
  }

  @Test
  void aReadmeWithoutAPlaceForItIsAnError() throws IOException {
    Files.writeString(root.resolve("README.md"), "nothing\n");
    IOException e = assertThrows(IOException.class, () -> publication().publish());
    assertTrue(e.getMessage().contains("README.md has no lines <!--"), e::getMessage);
  }

  private Publication publication() {
    return new Publication(results, root);
  }
}
