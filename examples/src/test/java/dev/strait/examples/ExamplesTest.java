package dev.strait.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExamplesTest {
  @TempDir Path temporaryFiles;

  @Test
  void helloSaysHello() throws Exception {
    assertEquals(List.of("Hello Ada"), run("hello.Hello"));
  }

  @Test
  void helloTakesAnAddress() throws Exception {
    String address = "unix:" + temporaryFiles.resolve("given/hello.sock");
    Files.createDirectory(temporaryFiles.resolve("given"));
    try (MainProcess main =
        MainProcess.start(temporaryFiles, "dev.strait.examples.hello.Hello", address)) {
      assertEquals(List.of("Hello Ada"), main.outputAtEnd());
      assertEquals(0, main.process().exitValue());
    }
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
  void sidecarSurvivesTheDeathOfItsHelper() throws Exception {
    List<String> lines = run("sidecar.Sidecar");
    assertEquals(3, lines.size(), lines::toString);
    String greeting = "the %s helper: Hello Ada from process \\d+";
    assertTrue(lines.get(0).matches(greeting.formatted("first")), lines::toString);
    assertEquals("no helper: UNAVAILABLE", lines.get(1));
    assertTrue(lines.get(2).matches(greeting.formatted("second")), lines::toString);
  }

  private List<String> run(String main) throws IOException, InterruptedException {
    try (MainProcess process = MainProcess.start(temporaryFiles, "dev.strait.examples." + main)) {
      List<String> lines = process.outputAtEnd();
      assertEquals(0, process.process().exitValue(), lines::toString);
      assertNothingIsLeft();
      return lines;
    }
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(temporaryFiles)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
