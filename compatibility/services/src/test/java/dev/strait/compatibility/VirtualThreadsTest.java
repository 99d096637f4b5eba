package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.TestRun;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocking stubs and handlers on virtual threads, all of them on one carrier. */
final class VirtualThreadsTest {
  private static final int CALLS = 10_000;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"unix:", "memory:"})
  @Timeout(value = 150, unit = TimeUnit.SECONDS)
  void tenThousandCallersAreAnsweredOnOneCarrier(String scheme) throws Exception {
    boolean pinningIsStraits = Runtime.version().feature() >= 24;
    if (!pinningIsStraits) {
      System.out.println(
          "SKIPPED: virtual threads are tested on Java 24 and newer, this is "
              + Runtime.version().feature());
    }
    assumeTrue(pinningIsStraits, "needs Java 24, where synchronized no longer pins");

    String output = run(scheme.equals("unix:") ? scheme + directory.resolve("s") : scheme + "s");

    assertEquals(
        List.of("answered " + CALLS, "pinned 0"),
        output.lines().filter(line -> !line.isEmpty()).toList(),
        output);
  }

  /** What the program prints in a JVM of its own. */
  private String run(String address) throws Exception {
    Path output = directory.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(TestRun.jvmFlags());
    command.addAll(
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xlog:jfr*=off",
            "-cp",
            System.getProperty("java.class.path"),
            VirtualThreadsProgram.class.getName(),
            address,
            "" + CALLS,
            directory.resolve("recording.jfr").toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(output.toString()))
            .start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "hangs: " + read(output));
      assertEquals(0, process.exitValue(), () -> read(output));
    } finally {
      process.destroyForcibly().waitFor();
    }
    return read(output);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
