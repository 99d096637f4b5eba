package dev.strait.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.examples.MainProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs the demo as a user does, in a process of its own. */
@Timeout(180)
final class DemoTest {
  @TempDir Path temporaryFiles;

  @Test
  void showsEveryLineAndLeavesNothing() throws Exception {
    List<String> lines = show(EndpointKind.UNIX, "--quick");
    assertPid(lines, "the server saw the client as", "client");
    assertPid(lines, "the client saw the server as", "server");
  }

  @Test
  @Tag("nightly")
  @EnabledOnOs(OS.LINUX)
  void runsOverAnAbstractName() throws Exception {
    List<String> lines =
        show(EndpointKind.UNIX_ABSTRACT, "--quick", "--transport", "unix-abstract");
    assertPid(lines, "the server saw the client as", "client");
    assertPid(lines, "the client saw the server as", "server");
  }

  @Test
  void runsOverNamedPipesAndSaysThatTheyKnowNobody() throws Exception {
    List<String> lines = show(EndpointKind.PIPE, "--quick", "--transport", "pipe");
    assertTrue(
        lines.contains("Who is at the other end: named pipes do not say, so no policy can be set"),
        lines::toString);
    assertTrue(
        lines.contains("  Strait over pipe:, gRPC-Java over a Unix socket"), lines::toString);
    assertFalse(String.join("", lines).contains("null"), lines::toString);
  }

  private List<String> show(EndpointKind kind, String... options) throws Exception {
    try (MainProcess demo = start(options)) {
      List<String> lines = demo.outputAtEnd();
      assertEquals(0, demo.process().exitValue(), lines::toString);
      long uid = ((Number) Files.getAttribute(temporaryFiles, "unix:uid")).longValue();
      Transcript transcript = new Transcript();
      Promises.make(transcript, kind, uid);
      lines.forEach(transcript::print);
      assertEquals(List.of(), transcript.missing());
      assertNoFileIsLeft();
      assertNoProcessIsLeft();
      return lines;
    }
  }

  @Test
  void failsAndCleansUpWhenTheServerDies() throws Exception {
    failAndCleanUp("unix", "server");
  }

  @ParameterizedTest
  @Tag("nightly")
  @CsvSource({"unix, client", "pipe, server"})
  void failsAndCleansUpWhenAChildDies(String kind, String child) throws Exception {
    failAndCleanUp(kind, child);
  }

  private void failAndCleanUp(String kind, String child) throws Exception {
    try (MainProcess demo = start("--transport", kind)) {
      demo.awaitLine("A unary call");
      ProcessHandle victim = ProcessHandle.of(pid(demo.lines(), child)).orElseThrow();
      victim.destroyForcibly();
      List<String> lines = demo.outputAtEnd();
      assertNotEquals(0, demo.process().exitValue());
      assertTrue(
          lines.get(lines.size() - 1).startsWith("demo: the strait client"), lines::toString);
      assertNoFileIsLeft();
      assertNoProcessIsLeft();
    }
  }

  @Test
  void cleansUpWhenItIsInterrupted() throws Exception {
    try (MainProcess demo = start()) {
      // Just then, further processes are being started.
      demo.awaitLine("  the client saw");
      assertTrue(ourProcesses().count() >= 3, () -> "only " + ourProcesses().toList());
      // SIGTERM takes the same way as Ctrl-C's SIGINT.
      demo.process().destroy();
      demo.process().waitFor();
      assertNotEquals(0, demo.process().exitValue());
      assertNoFileIsLeft();
      assertNoProcessIsLeft();
    }
  }

  @Test
  void leavesNoProcessWhenItIsKilled() throws Exception {
    try (MainProcess demo = start()) {
      demo.awaitLine("  the client saw");
      assertTrue(ourProcesses().count() >= 3, () -> "only " + ourProcesses().toList());
      demo.process().destroyForcibly();
      assertNoProcessIsLeft();
    }
  }

  private static long pid(List<String> lines, String child) {
    String start = "  " + child + "   pid ";
    String line = lines.stream().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
    return Long.parseLong(line.substring(start.length()).split(" ")[0]);
  }

  private MainProcess start(String... options) throws IOException {
    String[] args = Stream.concat(Stream.of("demo"), Stream.of(options)).toArray(String[]::new);
    return MainProcess.start(temporaryFiles, Strait.class.getName(), args);
  }

  /** The pid that the kernel told is the one that was started, where it tells one. */
  private static void assertPid(List<String> lines, String seen, String child) {
    String credentials = lines.stream().filter(l -> l.contains(seen)).findFirst().orElseThrow();
    String told = credentials.substring(credentials.lastIndexOf('=') + 1);
    assertTrue(Set.of("unknown", "" + pid(lines, child)).contains(told), lines::toString);
  }

  private void assertNoFileIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(temporaryFiles)) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Every process of the demo has the directory for its temporary files in its command line. */
  private void assertNoProcessIsLeft() throws InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (ourProcesses().findAny().isPresent()) {
      assertTrue(System.nanoTime() - giveUp < 0, () -> "still there: " + ourProcesses().toList());
      Thread.sleep(50);
    }
  }

  private Stream<ProcessHandle> ourProcesses() {
    return ProcessHandle.allProcesses()
        .filter(
            process -> process.info().commandLine().orElse("").contains(temporaryFiles.toString()));
  }
}
