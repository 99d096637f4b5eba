package dev.strait.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher on a project and a JDK that are played by shell scripts. */
final class LauncherTest {
  @TempDir Path temporaryFiles;
  private Path root;
  private Path jdk;

  @BeforeEach
  void makeProject() throws IOException {
    root = temporaryFiles.resolve("a project");
    for (String module : List.of("bom", "transport", "framing", "rpc", "examples", "benchmarks")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.writeString(root.resolve(module).resolve("pom.xml"), "");
    }
    Files.writeString(root.resolve("pom.xml"), "");
    Files.copy(ProjectFiles.ROOT.resolve("strait"), root.resolve("strait"));
    makeExecutable(root.resolve("strait"));
    script(root.resolve("mvnw"), "echo ran >>builds; echo the compiler says no");
    jdk = temporaryFiles.resolve("a jdk");
    Files.createDirectories(jdk.resolve("bin"));
    makeJava("17");
    script(jdk.resolve("bin/javac"), ":");
  }

  @Test
  void listsItsCommands() throws Exception {
    Run run = strait("help");
    assertEquals(0, run.exitCode);
    assertTrue(run.output.contains("\n  demo "), run.output);
    assertTrue(run.output.contains("\n  bench "), run.output);
  }

  @Test
  void refusesNoCommandAndUnknownOnes() throws Exception {
    Run none = strait();
    assertEquals(2, none.exitCode);
    assertTrue(none.output.contains("usage: "), none.output);
    Run unknown = strait("dmeo");
    assertEquals(2, unknown.exitCode);
    assertTrue(unknown.output.contains("strait: no such command: dmeo"), unknown.output);
  }

  @Test
  void buildsOnFirstUseOnly() throws Exception {
    Run first = strait("demo", "--quick");
    assertEquals(0, first.exitCode, first.output);
    assertTrue(first.output.startsWith("building Strait "), first.output);
    assertTrue(first.output.endsWith("dev.strait.examples.demo.Strait demo --quick\n"));
    Run second = strait("demo");
    assertTrue(second.output.startsWith("java "), second.output);
    assertEquals(1, builds());
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    strait("demo");
    Path source = root.resolve("rpc/src/main/New.java");
    Files.writeString(source, "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    strait("demo");
    assertEquals(2, builds());
  }

  @Test
  void buildsTheBenchmarksForThemselves() throws Exception {
    strait("demo");
    Run first = strait("bench", "--help");
    assertEquals(0, first.exitCode, first.output);
    assertTrue(first.output.startsWith("building Strait "), first.output);
    assertTrue(
        first.output.endsWith("dev.strait.benchmarks.ladder.BenchCommand --help\n"), first.output);
    assertTrue(first.output.contains(" -Dstrait.root=" + root + " "), first.output);
    assertTrue(strait("bench").output.startsWith("java "));
    assertEquals(2, builds());
  }

  @Test
  void showsTheEndOfTheLogWhenTheBuildFails() throws Exception {
    script(root.resolve("mvnw"), "echo the compiler says no; exit 1");
    Run run = strait("demo");
    assertEquals(1, run.exitCode);
    assertTrue(run.output.contains("the compiler says no"), run.output);
    assertTrue(run.output.contains("strait: the build failed"), run.output);
    assertTrue(Files.exists(root.resolve("target/strait-build.log")));
  }

  @Test
  void refusesAnOldJava() throws Exception {
    for (String version : List.of("1.8", "11", "16")) {
      makeJava(version);
      Run run = strait("demo");
      assertEquals(1, run.exitCode);
      assertTrue(run.output.contains("needs a JDK 17 or newer, but "), run.output);
      assertTrue(run.output.contains("is Java " + version), run.output);
    }
  }

  @Test
  void refusesToBuildWithARuntimeOnly() throws Exception {
    Files.delete(jdk.resolve("bin/javac"));
    Run run = strait("demo");
    assertEquals(1, run.exitCode);
    assertTrue(run.output.contains("needs a JDK, but " + jdk + " is a runtime"), run.output);
  }

  @Test
  void refusesAJavaHomeWithoutJava() throws Exception {
    Files.delete(jdk.resolve("bin/java"));
    Run run = strait("demo");
    assertEquals(1, run.exitCode);
    assertTrue(run.output.contains("JAVA_HOME is " + jdk), run.output);
  }

  @Test
  void silencesWhatNewJavasAnnounce() throws Exception {
    strait("demo");
    for (String version : List.of("17", "22", "24")) {
      makeJava(version);
      String output = strait("demo").output;
      int feature = Integer.parseInt(version);
      assertEquals(feature >= 22, output.contains(" --enable-native-access=ALL-UNNAMED "));
      assertEquals(feature >= 24, output.contains(" --sun-misc-unsafe-memory-access=allow "));
    }
  }

  private Run strait(String... args) throws IOException, InterruptedException {
    Path link = temporaryFiles.resolve("linked strait");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, Path.of("a project", "strait"));
    }
    ProcessBuilder builder = new ProcessBuilder(link.toString());
    builder.command().addAll(List.of(args));
    builder.directory(Path.of("/").toFile());
    builder.environment().put("JAVA_HOME", jdk.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    return new Run(process.waitFor(), output);
  }

  private int builds() throws IOException {
    return Files.readAllLines(root.resolve("builds")).size();
  }

  private void makeJava(String version) throws IOException {
    script(
        jdk.resolve("bin/java"),
        """
        case $1 in
          -XshowSettings:*)
            echo '    java.specification.version = %s' >&2
            echo '    java.home = %s' >&2 ;;
          *) echo java "$@" ;;
        esac"""
            .formatted(version, jdk));
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(
        file,
        "#!/bin/sh\n" + body + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
    makeExecutable(file);
  }

  private static void makeExecutable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Run(int exitCode, String output) {}
}
