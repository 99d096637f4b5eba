package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JmhJsonTest {
  @TempDir private Path directory;

  @Test
  void readsScoresParametersAndAllIterations() throws IOException {
    Path file =
        file(
            """
            [{"benchmark": "dev.strait.benchmarks.calls.UnaryCallBenchmark.call",
              "mode": "avgt", "threads": 2, "forks": 2,
              "params": {"transport": "strait", "payloadBytes": "64"},
              "primaryMetric": {"score": 2.5, "scoreError": "NaN", "scoreUnit": "us/op",
                "rawData": [[1.0, 2.0], [3.0, 4.0]]},
              "secondaryMetrics": {"latency.p50": {"score": 7.0, "scoreError": 0.5,
                "scoreUnit": "us/op", "rawData": [[7.0]]}}}]
            """);
    Outcome outcome = JmhJson.read(file).get(0);
    assertEquals(Targets.call("strait").onThreads(2), outcome.what());
    assertEquals(2.5, outcome.score().score());
    assertTrue(Double.isNaN(outcome.score().error()));
    assertEquals("us/op", outcome.score().unit());
    assertEquals(List.of(1.0, 2.0, 3.0, 4.0), outcome.score().iterations());
    assertEquals(2.5, outcome.score().median());
    assertEquals(7, outcome.others().get("latency.p50").score());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "# Strait: the quick ladder",
        "[1]",
        "[{}]",
        "[{\"benchmark\": \"a.B.c\", \"threads\": 1, \"secondaryMetrics\": {}}]",
        "[{\"benchmark\": \"a.B.c\", \"threads\": {}, \"secondaryMetrics\": []}]"
      })
  void namesTheFileThatIsSomethingElse(String text) throws IOException {
    Path file = file(text);
    IOException e = assertThrows(IOException.class, () -> JmhJson.read(file));
    assertTrue(e.getMessage().startsWith(file + " is not a result file of JMH: "), e::getMessage);
  }

  @Test
  void namesTheFileThatIsNoText() throws IOException {
    Path file = directory.resolve("latency.png");
    Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff, (byte) 0xfe});
    IOException e = assertThrows(IOException.class, () -> JmhJson.read(file));
    assertTrue(e.getMessage().startsWith(file + " is not"), e::getMessage);
  }

  @Test
  void namesTheFileThatIsNotThere() {
    Path file = directory.resolve("none.json");
    IOException e = assertThrows(IOException.class, () -> JmhJson.read(file));
    assertEquals("there is no file " + file, e.getMessage());
  }

  private Path file(String text) throws IOException {
    return Files.write(directory.resolve("results.json"), text.getBytes(StandardCharsets.UTF_8));
  }
}
