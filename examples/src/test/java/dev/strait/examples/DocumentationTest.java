package dev.strait.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Whoever follows the documentation gets what it says. */
final class DocumentationTest {
  private static final Pattern FENCE =
      Pattern.compile("^```(java|sh)\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|interface) (\\w+)");
  private static final List<String> ORDINARY_COMMANDS = List.of("git", "cd", "export");

  @TempDir Path classes;

  @TestFactory
  List<DynamicTest> everyProgramCompiles() throws IOException {
    return tests("java", block -> block.contains("class "), this::compile);
  }

  @TestFactory
  List<DynamicTest> everyCommandExists() throws IOException {
    return tests("sh", block -> true, DocumentationTest::checkCommands);
  }

  @Test
  void theTestCommandOfTheReadmeIsWhatCiRuns() throws IOException {
    List<String> ci = Files.readAllLines(ProjectFiles.ROOT.resolve(".ci/run"));
    String command = ci.get(ci.size() - 1).replaceFirst("^exec ", "");
    String readme = Files.readString(ProjectFiles.ROOT.resolve("README.md"));
    assertTrue(readme.contains("\n" + command + "\n"), command);
  }

  private void compile(String program) throws IOException {
    Matcher type = TYPE.matcher(program);
    assertTrue(type.find(), program);
    JavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///" + type.group(1) + ".java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return program;
          }
        };
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "--release=17",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    try (var files = compiler.getStandardFileManager(problems, null, StandardCharsets.UTF_8)) {
      compiler.getTask(null, files, problems, options, null, List.of(source)).call();
    }
    assertEquals(List.of(), problems.getDiagnostics());
  }

  private static void checkCommands(String block) throws IOException, InterruptedException {
    for (String line : block.lines().map(DocumentationTest::withoutComment).toList()) {
      List<String> words = new ArrayList<>(List.of(line.split(" +")));
      words.removeIf(word -> word.isEmpty() || word.matches("[A-Z_]+=.*"));
      if (words.isEmpty()) {
        continue;
      }
      String command = words.get(0);
      if (!command.startsWith("./")) {
        assertTrue(ORDINARY_COMMANDS.contains(command), line);
        continue;
      }
      assertTrue(Files.isExecutable(ProjectFiles.ROOT.resolve(command)), line);
      if (command.equals("./strait")) {
        assertTrue(straitHelp().contains("\n  " + words.get(1) + " "), line);
      }
    }
  }

  private static String withoutComment(String line) {
    return line.replaceFirst("(^| )#.*", "").strip();
  }

  private static String straitHelp() throws IOException, InterruptedException {
    Path launcher = ProjectFiles.ROOT.resolve("strait");
    Process help = new ProcessBuilder(launcher.toString(), "help").start();
    String output = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, help.waitFor());
    return output;
  }

  private static List<DynamicTest> tests(
      String language, java.util.function.Predicate<String> filter, Check check)
      throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      Matcher fence = FENCE.matcher(Files.readString(document));
      while (fence.find()) {
        String block = fence.group(2);
        if (fence.group(1).equals(language) && filter.test(block)) {
          String name = ProjectFiles.ROOT.relativize(document) + " at " + fence.start();
          tests.add(DynamicTest.dynamicTest(name, () -> check.check(block)));
        }
      }
    }
    return tests;
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> files = Files.list(ProjectFiles.ROOT)) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    Path docs = ProjectFiles.ROOT.resolve("docs");
    if (Files.isDirectory(docs)) {
      try (Stream<Path> files = Files.walk(docs)) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
      }
    }
    return documents;
  }

  private interface Check {
    void check(String block) throws IOException, InterruptedException;
  }
}
