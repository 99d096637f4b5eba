package dev.strait.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What docs/evidence.md names as proof exists, and no case of the list is missing there. */
final class EvidenceTest {
  /** How many cases each letter of the list has. */
  private static final Map<String, Integer> CASES =
      Map.ofEntries(
          Map.entry("G", 10),
          Map.entry("F", 11),
          Map.entry("H", 6),
          Map.entry("S", 9),
          Map.entry("W", 8),
          Map.entry("C", 6),
          Map.entry("L", 7),
          Map.entry("D", 11),
          Map.entry("P", 5),
          Map.entry("X", 9),
          Map.entry("A", 3),
          Map.entry("K", 2));

  /** {@code ClassTest}, {@code ClassTest.method} or, of the class before it, {@code method}. */
  private static final Pattern NAMED =
      Pattern.compile(
          "`(?:([A-Z]\\w+(?:Test|Contract))(?:\\.)?)?([a-z]+[A-Z]\\w{6,})?(?:\\.\\.\\.)?`");

  private static final Pattern SUPERCLASS =
      Pattern.compile("class \\w+(?:<[^{]*>)?\\s+extends (\\w+)");

  /** By the name of the class. */
  private static final Map<String, String> SOURCES = new HashMap<>();

  @BeforeAll
  static void readSources() throws IOException {
    try (Stream<Path> files =
        Files.find(
            ProjectFiles.ROOT,
            20,
            (file, attributes) ->
                file.toString().endsWith(".java")
                    && file.toString().contains("/src/test/java/")
                    && attributes.isRegularFile())) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        SOURCES.merge(name, Files.readString(file), String::concat);
      }
    }
  }

  private record Row(String first, String text, String last) {}

  /** Of the tables behind the line that is this heading. */
  private static List<Row> rowsBehind(String heading) throws IOException {
    return Files.readAllLines(ProjectFiles.ROOT.resolve("docs/evidence.md")).stream()
        .dropWhile(line -> !line.equals(heading))
        .filter(line -> line.startsWith("| "))
        .map(line -> line.substring(1, line.lastIndexOf('|')))
        .map(
            line ->
                new Row(
                    line.substring(0, line.indexOf('|')).strip(),
                    line.substring(line.indexOf('|')),
                    line.substring(line.lastIndexOf('|') + 1).strip()))
        .toList();
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    int found = 0;
    for (Row row : rowsBehind("# Evidence")) {
      String type = null;
      Matcher named = NAMED.matcher(row.text());
      while (named.find()) {
        type = named.group(1) == null ? type : named.group(1);
        if (type == null) {
          continue;
        }
        if (SOURCES.containsKey(type) && has(type, named.group(2))) {
          found++;
        } else {
          missing.add(row.first() + ": " + named.group() + " of " + type);
        }
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(found > 300, "only " + found + " were found");
  }

  /** Whether the class has a test, or a rule, whose name is or begins so. */
  private static boolean has(String type, String method) {
    return method == null
        || Pattern.compile(" " + method + "\\w*( =|\\()").matcher(source(type)).find();
  }

  /** Of the class and those that it extends. */
  private static String source(String type) {
    String source = SOURCES.getOrDefault(type, "");
    Matcher superclass = SUPERCLASS.matcher(source);
    return superclass.find() ? source + source(superclass.group(1)) : source;
  }

  @Test
  void everyCaseHasATestThatCarriesItsNameOrIsSaidToBeOpen() throws IOException {
    List<Row> rows = rowsBehind("## What must not break it");
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, Integer> letter : CASES.entrySet()) {
      for (int i = 1; i <= letter.getValue(); i++) {
        String id = letter.getKey() + i;
        if (rows.stream().noneMatch(row -> isOf(row, id) && (isOpen(row) || carries(row, id)))) {
          missing.add(id);
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  private static boolean isOf(Row row, String id) {
    return List.of(row.first().split("[, ]+")).contains(id);
  }

  private static boolean isOpen(Row row) {
    return row.last().startsWith("open: ");
  }

  /** Goals are carried by cases; a case by a test class that the row names. */
  private static boolean carries(Row row, String id) {
    if (id.startsWith("G")) {
      return true;
    }
    Pattern name = Pattern.compile("\\b" + id + "\\b");
    Matcher named = NAMED.matcher(row.text());
    while (named.find()) {
      if (named.group(1) != null && name.matcher(source(named.group(1))).find()) {
        return true;
      }
    }
    return false;
  }
}
