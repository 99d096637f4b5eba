package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class BenchCommandTest {
  private static final String RESULTS =
      """
      [{"benchmark": "a.B.c", "threads": 1,
        "primaryMetric": {"score": %1$s, "scoreError": "NaN", "scoreUnit": "ops/s",
          "rawData": [[%1$s, %1$s, %1$s, %1$s]]},
        "secondaryMetrics": {}}]
      """;

  private final PrintStream systemOut = System.out;
  private final PrintStream systemErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter usage = new StringWriter();
  @TempDir private Path directory;

  @BeforeEach
  void catchOutput() {
    PrintStream caught = new PrintStream(out, true, StandardCharsets.UTF_8);
    System.setOut(caught);
    System.setErr(caught);
  }

  @AfterEach
  void letGo() {
    System.setOut(systemOut);
    System.setErr(systemErr);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--compare a.json",
        "--compare a.json b.json --full",
        "--report . --scale 0.1",
        "--report . --compare a.json b.json",
        "--scale 0",
        "--scale NaN",
        "--include nothing-is-named-so",
        "--wrong"
      })
  void wrongUsageIsTwo(String arguments) {
    assertEquals(2, run(arguments.split(" ")));
    assertTrue(usage.toString().contains("Usage: strait bench"), usage::toString);
  }

  @Test
  void aListTellsTheTime() {
    assertEquals(0, run("--full", "--list", "--include", "UnaryThreads.*=strait"));
    assertEquals(
        """
        UnaryThreadsBenchmark.call transport=strait
        UnaryThreadsBenchmark.call transport=strait threads=2
        UnaryThreadsBenchmark.call transport=strait threads=8
        UnaryThreadsBenchmark.call transport=strait threads=32
        4 cases, about 1:32 (minutes:seconds)
        """,
        output());
  }

  @Test
  void whatMovedIsToldAndIsNoFailure() throws Exception {
    Path a = Files.writeString(directory.resolve("a.json"), RESULTS.formatted("100.0"));
    Path b = Files.writeString(directory.resolve("b.json"), RESULTS.formatted("50.0"));
    assertEquals(0, run("--compare", a.toString(), b.toString()));
    assertTrue(output().contains("WORSE  0.50x  100.00  50.00  ops/s"), this::output);
  }

  @Test
  void whatIsNoResultIsToldWithoutAStackTrace() throws Exception {
    Path a = Files.writeString(directory.resolve("a.json"), "{}");
    assertEquals(1, run("--compare", a.toString(), a.toString()));
    assertTrue(output().startsWith("strait bench: " + a + " is not a result file"), this::output);
    assertEquals(1, output().lines().count(), this::output);
    assertEquals(1, run("--report", directory.toString()));
  }

  private int run(String... arguments) {
    CommandLine command = BenchCommand.commandLine();
    command.setErr(new PrintWriter(usage, true));
    return command.execute(arguments);
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
