package dev.strait.benchmarks.ladder;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./strait bench}: runs the quick ladder and leaves its results. */
@Command(
    name = "strait bench",
    mixinStandardHelpOptions = true,
    description = {
      "The quick ladder: Strait beside raw sockets and gRPC-Java, and the targets beside what was"
          + " measured. Takes less than ten minutes; use an idle machine.",
      "It leaves JMH's JSON, a Markdown report and JMH's log."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has run, whatever targets are met",
      "1:a benchmark failed, or the results cannot be written",
      "2:an option is wrong"
    })
public final class BenchCommand implements Callable<Integer> {
  /** Set by the launcher: the directory of the clone. */
  private static final Path ROOT = Path.of(System.getProperty("strait.root", ""));

  /** Set by the launcher, because Java cannot tell: whether standard output is a terminal. */
  private static final boolean TERMINAL = Boolean.getBoolean("strait.terminal");

  @Option(
      names = "--include",
      paramLabel = "REGEX",
      description =
          "Run only what has a match, as in --include 'UnaryCall.*(strait|grpc-direct)'; --list"
              + " tells the names.")
  private Pattern include = Pattern.compile("");

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "A new directory for the results; by default one below benchmarks/results, named after"
              + " the time.")
  private @Nullable Path output;

  @Option(
      names = "--list",
      description = "Tell the names of what would run, and how long it takes.")
  private boolean list;

  @Spec private @Nullable CommandSpec spec;

  private BenchCommand() {}

  /** Runs the command and exits with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchCommand()).execute(args));
  }

  @Override
  public Integer call() {
    List<Step> steps =
        QuickLadder.steps().stream()
            .filter(step -> include.matcher(step.what().toString()).find())
            .toList();
    if (steps.isEmpty()) {
      throw new ParameterException(
          commandLine(), "--include " + include + " matches nothing; --list tells the names");
    }
    long millis = steps.stream().mapToLong(Step::millis).sum();
    if (list) {
      steps.forEach(step -> System.out.println(step.what()));
    }
    System.out.printf(
        "%d cases, about %s (minutes:seconds)%n", steps.size(), Progress.time(millis));
    try {
      return list || run(steps) ? 0 : 1;
    } catch (IOException e) {
      System.err.println("strait bench: cannot write the results: " + e);
      return 1;
    }
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec).commandLine();
  }

  /** Whether all has run. */
  private boolean run(List<Step> steps) throws IOException {
    Path directory = createOutput();
    Interrupt interrupt = Interrupt.awaited(directory);
    deleteJmhLockOnExit();
    String command = String.join(" ", commandLine().getParseResult().originalArgs());
    var environment = Environment.describe(ROOT, ("./strait bench " + command).strip());
    try (PrintStream log = open(directory.resolve("jmh.log"))) {
      Ladder ladder = new Ladder(progress(steps), log, interrupt);
      ladder.run(steps);
      if (interrupt.hasCome()) {
        return false;
      }
      Report report = new Report(environment, ladder.results(), ladder.failures());
      write(report, ladder.results(), directory);
      interrupt.finished();
      System.out.println();
      report.plain().forEach(System.out::println);
      System.out.printf("%nResults: %s%n", directory);
      return ladder.failures().isEmpty();
    }
  }

  private static Progress progress(List<Step> steps) {
    return new Progress(
        System.out, TERMINAL, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), steps);
  }

  private static void write(Report report, List<RunResult> results, Path directory)
      throws IOException {
    Files.write(directory.resolve("report.md"), report.markdown());
    try (PrintStream json = open(directory.resolve("results.json"))) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, json).writeOut(results);
    }
  }

  /** JMH leaves the file by which it keeps a second JMH from running beside it. */
  private static void deleteJmhLockOnExit() {
    File lock = new File(System.getProperty("java.io.tmpdir"), "jmh.lock");
    if (!lock.exists()) {
      lock.deleteOnExit();
    }
  }

  private Path createOutput() throws IOException {
    if (output != null) {
      if (Files.exists(output)) {
        throw new ParameterException(commandLine(), "--output " + output + " is there already");
      }
      Path parent = output.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      return Files.createDirectory(output.toAbsolutePath());
    }
    Path results = Files.createDirectories(ROOT.toAbsolutePath().resolve("benchmarks/results"));
    String now =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    return Files.createDirectory(results.resolve(now));
  }

  private static PrintStream open(Path file) throws IOException {
    return new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
  }
}
