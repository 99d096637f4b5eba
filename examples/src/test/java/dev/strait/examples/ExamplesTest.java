package dev.strait.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Every example with every kind of address: none given, a socket's, and those of pipes. */
@ParameterizedClass(name = "[{0}]")
@CsvSource({
  "'', ''",
  "unix:<dir>/named.sock, named.sock.lock",
  "pipe:<dir>/pipes, pipes pipes/lock",
  "pipe:named, strait-<uid>-pipe-named strait-<uid>-pipe-named/lock",
})
@Timeout(100)
final class ExamplesTest {
  @TempDir Path temporaryFiles;

  @Parameter(0)
  String address;

  /** What stays of it. A lock is never deleted: two servers could then hold two of one name. */
  @Parameter(1)
  String left;

  @Test
  void helloSaysHello() throws Exception {
    assertEquals(List.of("Hello Ada"), run("hello.Hello"));
  }

  @Test
  void streamingMakesAllFourKindsOfCall() throws Exception {
    assertEquals(
        List.of(
            "unary: 12 squared is 144",
            "server streaming: 1 to 100000 came, their sum is 5000050000",
            "client streaming: 1 to 100000 went, their sum is 5000050000",
            "bidirectional streaming: the sums of 1 to 4 are [1, 3, 6, 10]"),
        run("streaming.Streaming"));
  }

  @Test
  void bothWaysCallsInBothDirections() throws Exception {
    assertEquals(
        List.of(
            "from inside a handler: [the first line is no title]",
            "from outside of one: []",
            "one way: a line"),
        run("bothways.BothWays"));
  }

  @Test
  void sidecarSurvivesTheDeathOfItsHelper() throws Exception {
    List<String> lines = run("sidecar.Sidecar");
    assertEquals(3, lines.size(), lines::toString);
    String greeting = "the %s helper: Hello Ada from process \\d+";
    assertTrue(lines.get(0).matches(greeting.formatted("first")), lines::toString);
    assertEquals("no helper: UNAVAILABLE", lines.get(1));
    assertTrue(lines.get(2).matches(greeting.formatted("second")), lines::toString);
  }

  private List<String> run(String main) throws IOException, InterruptedException {
    String given = address.replace("<dir>", temporaryFiles.toString());
    String[] args = given.isEmpty() ? new String[0] : new String[] {given};
    try (MainProcess process =
        MainProcess.start(temporaryFiles, "dev.strait.examples." + main, args)) {
      List<String> lines = process.outputAtEnd();
      assertEquals(0, process.process().exitValue(), lines::toString);
      assertNothingElseIsLeft();
      return lines;
    }
  }

  private void assertNothingElseIsLeft() throws IOException {
    String uid = Files.getAttribute(temporaryFiles, "unix:uid").toString();
    try (Stream<Path> files = Files.walk(temporaryFiles)) {
      List<String> names =
          files.map(file -> temporaryFiles.relativize(file).toString()).sorted().toList();
      // The directory itself comes first, with an empty name.
      assertEquals(left.replace("<uid>", uid), String.join(" ", names).trim());
    }
  }
}
