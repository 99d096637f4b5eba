package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./strait bench}: runs a ladder and leaves its results, or looks at results. */
@Command(
    name = "strait bench",
    mixinStandardHelpOptions = true,
    description = {
      "Strait beside raw sockets and gRPC-Java, and the targets beside what was measured: the quick"
          + " ladder, in less than ten minutes. Use an idle machine.",
      "It leaves JMH's JSON, histograms, charts, a Markdown report and JMH's log."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has run, whatever targets are met and whatever has moved",
      "1:a benchmark failed, or results cannot be read or written",
      "2:an option is wrong"
    })
public final class BenchCommand implements Callable<Integer> {
  /** Set by the launcher: the directory of the clone. */
  private static final Path ROOT = Path.of(System.getProperty("strait.root", ""));

  @Option(
      names = "--full",
      description =
          "The full ladder instead: all contenders, and sweeps over payloads, calls in flight,"
              + " threads and connections. About 45 minutes.")
  private boolean full;

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
      names = "--scale",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description =
          "Multiply all durations: 0.05 tries in a few minutes whether everything runs. The report"
              + " says that its figures are not to be believed.")
  private double scale;

  @Option(
      names = "--list",
      description = "Tell the names of what would run, and how long it takes.")
  private boolean list;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Run nothing: make the report and the charts of these results anew.")
  private @Nullable Path report;

  @Option(
      names = "--publish",
      paramLabel = "DIR",
      description =
          "Run nothing: take these results into the repository, below docs/benchmarks and into the"
              + " README.")
  private @Nullable Path publish;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "JSON",
      description =
          "Run nothing: tell what moved beyond noise from the first to the second of two result"
              + " files of JMH.")
  private @Nullable List<Path> compare;

  @Spec private @Nullable CommandSpec spec;

  private BenchCommand() {}

  /** Runs the command and exits with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new BenchCommand());
  }

  @Override
  public Integer call() {
    checkOptions();
    try {
      if (compare != null) {
        Comparison.of(JmhJson.read(compare.get(0)), JmhJson.read(compare.get(1)))
            .plain()
            .forEach(System.out::println);
        return 0;
      }
      if (report != null) {
        new ResultFiles(new RunDirectory(report), ROOT).makeReport();
        return 0;
      }
      if (publish != null) {
        System.out.println(new Publication(new RunDirectory(publish), ROOT).publish());
        return 0;
      }
      return run(steps()) ? 0 : 1;
    } catch (IOException e) {
      System.err.println("strait bench: " + e.getMessage());
      return 1;
    }
  }

  private void checkOptions() {
    boolean runs = full || list || output != null || scale != 1 || !include.pattern().isEmpty();
    if (Stream.of(compare != null, report != null, publish != null, runs)
            .filter(chosen -> chosen)
            .count()
        > 1) {
      throw wrong("--compare, --report and --publish run nothing: they go with no other option");
    }
    if (!(scale > 0 && scale <= 100)) {
      throw wrong("--scale must be more than 0 and at most 100, was " + scale);
    }
    if (output != null && Files.exists(output)) {
      throw wrong("--output " + output + " is there already");
    }
  }

  private List<Step> steps() {
    List<Step> steps =
        (full ? FullLadder.steps() : QuickLadder.steps())
            .stream()
                .filter(step -> include.matcher(step.what().toString()).find())
                .map(step -> step.times(scale))
                .toList();
    if (steps.isEmpty()) {
      throw wrong("--include " + include + " matches nothing; --list tells the names");
    }
    return steps;
  }

  /** Whether all has run. */
  private boolean run(List<Step> steps) throws IOException {
    if (list) {
      steps.forEach(step -> System.out.println(step.what()));
    }
    long millis = steps.stream().mapToLong(Step::millis).sum();
    System.out.printf(
        "%d cases, about %s (minutes:seconds)%n", steps.size(), Progress.time(millis));
    if (list) {
      return true;
    }
    RunInfo info =
        new RunInfo(
            full ? "full" : "quick",
            scale,
            steps.size(),
            Environment.describe(ROOT, command(), full ? FullLadder.WARM_UP : QuickLadder.WARM_UP),
            List.of());
    return new LadderRun(createOutput(), ROOT).run(steps, info);
  }

  private String command() {
    List<String> arguments = parser().getParseResult().originalArgs();
    return ("./strait bench " + String.join(" ", arguments)).strip();
  }

  private RunDirectory createOutput() throws IOException {
    Path results = ROOT.toAbsolutePath().resolve("benchmarks/results");
    String now =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    RunDirectory directory =
        new RunDirectory(output == null ? results.resolve(now) : output.toAbsolutePath());
    directory.create();
    return directory;
  }

  private CommandLine parser() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(parser(), message);
  }
}
