import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Makes Markdown of what {@code .ci/combinations} left in a directory: for each combination one
 * with Maven's log, the seconds it took, and the tests' reports by module. Fails if a test did, or
 * a module for another reason.
 */
final class CombinationsReport {
  /** Printed by TestBuildersTest, from within the tests' own JVM. */
  private static final Pattern SEEN = Pattern.compile("this run: ([^\\n&]*)");

  /** A line of Maven's summary. */
  private static final Pattern NOT_BUILT =
      Pattern.compile("\\[INFO\\] (Strait.*?) \\.* ?(FAILURE|SKIPPED)");

  /** What became of a test. */
  private record Outcome(String module, String name, String kind, String message) {}

  /** One run of all tests. */
  private record Run(
      String name, long seconds, String seen, List<Outcome> outcomes, List<String> notBuilt) {
    long count(String module, String kind) {
      return outcomes.stream()
          .filter(o -> module == null || o.module.equals(module))
          .filter(o -> kind == null || o.kind.equals(kind))
          .count();
    }

    /** No test failed, and Maven says that a module did; or the tests never came so far. */
    boolean isBroken() {
      return seen.isEmpty() || count(null, "failed") == 0 && !notBuilt.isEmpty();
    }

    boolean isGreen() {
      return !isBroken() && count(null, "failed") == 0;
    }

    String result() {
      return isBroken() ? "**broken**" : isGreen() ? "green" : "**red**";
    }

    String[] settings() {
      return name.replaceAll("\\w+=", "").split(",");
    }
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("--line")) {
      Run run = read(Path.of(arguments[1]));
      System.out.printf(
          "%s: %s, %,d tests, %d failed, %d skipped, %s%n",
          run.name,
          run.result().replace("*", ""),
          run.count(null, null),
          run.count(null, "failed"),
          run.count(null, "skipped"),
          minutes(run.seconds));
      return;
    }
    Map<String, String> facts = new HashMap<>();
    for (int i = 1; i < arguments.length; i++) {
      facts.put(arguments[i].split("=", 2)[0], arguments[i].split("=", 2)[1]);
    }
    List<Run> runs = new ArrayList<>();
    for (Path directory : directories(Path.of(arguments[0]))) {
      runs.add(read(directory));
    }
    System.out.print(head(facts) + table(runs) + modules(runs) + failures(runs) + skips(runs));
    System.exit(runs.stream().allMatch(Run::isGreen) ? 0 : 1);
  }

  /** In the order in which they are told: two cores first, and the defaults first of all. */
  private static List<Path> directories(Path results) throws IOException {
    try (Stream<Path> all = Files.list(results)) {
      return all.filter(path -> path.getFileName().toString().startsWith("spinning="))
          .sorted(java.util.Comparator.comparing(CombinationsReport::order))
          .toList();
    }
  }

  private static String order(Path directory) {
    String name = directory.getFileName().toString();
    return (name.endsWith("cores=2") ? "0" : "1")
        + (name.contains("spinning=on") ? "0" : "1")
        + (name.contains("dispatch=inline") ? "0" : "1");
  }

  private static Run read(Path directory) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    String seen = "";
    DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(path -> path.toString().endsWith(".xml")).sorted().toList();
    }
    for (Path file : files) {
      String module = directory.relativize(file.getParent()).toString();
      Element suite = parser.parse(file.toFile()).getDocumentElement();
      NodeList tests = suite.getElementsByTagName("testcase");
      for (int i = 0; i < tests.getLength(); i++) {
        outcomes.add(outcome(module, (Element) tests.item(i)));
      }
      Matcher line = SEEN.matcher(suite.getTextContent());
      seen = line.find() ? line.group(1).trim() : seen;
    }
    String seconds = Files.readString(directory.resolve("seconds")).trim();
    String log = Files.readString(directory.resolve("maven.log"), StandardCharsets.ISO_8859_1);
    return new Run(
        directory.getFileName().toString(),
        Long.parseLong(seconds),
        seen,
        outcomes,
        NOT_BUILT.matcher(log).results().map(m -> m.group(1)).toList());
  }

  private static Outcome outcome(String module, Element test) {
    String type = test.getAttribute("classname");
    String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
    for (String kind : new String[] {"failure", "error", "skipped"}) {
      if (test.getElementsByTagName(kind).item(0) instanceof Element why) {
        String message = why.getAttribute("message");
        String told = message.isEmpty() ? why.getTextContent() : message;
        return new Outcome(module, name, kind.equals("skipped") ? kind : "failed", told);
      }
    }
    return new Outcome(module, name, "passed", "");
  }

  private static String head(Map<String, String> facts) throws IOException {
    String processor =
        Files.lines(Path.of("/proc/cpuinfo"))
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.replaceAll(".*: ", ""))
            .findFirst()
            .orElse("processor unknown");
    return """
    # The tests in every combination

    All tests, with waits that spin or park, with handlers and callbacks on the thread that reads or on a pool, and on two cores
    or one. Written by `%s` on %s at commit %s, in %s minutes, on %s (%s %s), Java %s.
    How it is done, and how to repeat it, is in [CONTRIBUTING](../CONTRIBUTING.md#in-every-combination).
    """
        .formatted(
            facts.get("command"),
            LocalDate.now(),
            facts.get("commit"),
            facts.get("minutes"),
            processor,
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            Runtime.version());
  }

  private static String table(List<Run> runs) {
    StringBuilder text = new StringBuilder();
    text.append("\n| spinning | dispatch | cores | result | tests | failed | skipped | time |");
    text.append(" the tests saw |\n|---|---|---|---|---|---|---|---|---|\n");
    for (Run run : runs) {
      text.append("| ").append(String.join(" | ", run.settings()));
      text.append(
          " | %s | %,d | %d | %d | %s | %s |%n"
              .formatted(
                  run.result(),
                  run.count(null, null),
                  run.count(null, "failed"),
                  run.count(null, "skipped"),
                  minutes(run.seconds),
                  run.seen));
    }
    return text.toString();
  }

  private static String modules(List<Run> runs) {
    Set<String> modules =
        runs.stream()
            .flatMap(run -> run.outcomes.stream())
            .map(Outcome::module)
            .collect(toCollection(TreeSet::new));
    StringBuilder text = new StringBuilder("\n## By module\n\nTests / failed / skipped.\n\n| |");
    runs.forEach(run -> text.append(" %s |".formatted(String.join(" ", run.settings()))));
    text.append("\n|---|").append("---|".repeat(runs.size())).append('\n');
    for (String module : modules) {
      text.append("| `").append(module).append("` |");
      for (Run run : runs) {
        long all = run.count(module, null);
        String counts =
            "%,d / %d / %d"
                .formatted(all, run.count(module, "failed"), run.count(module, "skipped"));
        text.append(all == 0 ? " |" : " " + counts + " |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String failures(List<Run> runs) {
    StringBuilder text = new StringBuilder("\n## Failures\n\n");
    if (runs.stream().allMatch(Run::isGreen)) {
      return text.append("None.\n").toString();
    }
    for (Run run : runs) {
      if (!run.isGreen()) {
        text.append("- %s, in: %s%n".formatted(run.name, String.join(", ", run.notBuilt)));
      }
      for (Outcome test : run.outcomes) {
        if (test.kind.equals("failed")) {
          text.append("  - %s `%s`: %s%n".formatted(test.module, test.name, line(test.message)));
        }
      }
    }
    return text.toString();
  }

  /** By the reason; the cases of a parameterized test count as one. */
  private static String skips(List<Run> runs) {
    Map<String, Set<String>> runsOfTest = new TreeMap<>();
    for (Run run : runs) {
      for (Outcome test : run.outcomes) {
        if (test.kind.equals("skipped")) {
          String name = test.name.replaceAll("[\\[({].*", "").strip();
          String row = "%s | %s `%s`".formatted(line(test.message), test.module, name);
          runsOfTest.computeIfAbsent(row, any -> new TreeSet<>()).add(run.name);
        }
      }
    }
    Map<String, String> testsOfReason = new TreeMap<>();
    runsOfTest.forEach(
        (row, where) -> {
          String[] reasonAndTest = row.split(" \\| ", 2);
          testsOfReason.merge(
              "| %s | %s | ".formatted(reasonAndTest[0], all(where, runs)),
              reasonAndTest[1],
              (some, another) -> some + ", " + another);
        });
    String rows =
        testsOfReason.entrySet().stream()
            .map(row -> row.getKey() + row.getValue() + " |\n")
            .collect(joining());
    return "\n## Skipped\n\n"
        + (rows.isEmpty() ? "None.\n" : "| why | where | tests |\n|---|---|---|\n" + rows);
  }

  private static String all(Set<String> some, List<Run> runs) {
    return some.size() == runs.size() ? "everywhere" : String.join("; ", some);
  }

  /** The first line, without the exception that JUnit makes of an assumption. */
  private static String line(String message) {
    String first = message.strip().lines().findFirst().orElse("no message");
    return first.replaceAll("^[\\w.]*: (Assumption failed: )?", "").replace("|", "\\|");
  }

  private static String minutes(long seconds) {
    return "%d:%02d min".formatted(seconds / 60, seconds % 60);
  }
}
