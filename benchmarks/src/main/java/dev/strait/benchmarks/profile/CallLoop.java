package dev.strait.benchmarks.profile;

import dev.strait.benchmarks.calls.Contender;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Makes a given number of warm unary calls and prints what one of them cost each side, as rows of
 * two tables: elapsed and CPU time in microseconds, context switches and bytes allocated; then the
 * same by thread. Commands that are given run meanwhile, {@code CLIENT} and {@code SERVER} in their
 * environment being the processes, and are interrupted when the calls are made; what they print can
 * be divided by the number of calls.
 *
 * <pre>
 * java -cp 'benchmarks/target/fast/classes:benchmarks/target/fast/lib/*' \
 *     dev.strait.benchmarks.CallLoop strait closed 300000 'strace -c -f -p $SERVER'
 * </pre>
 */
final class CallLoop {
  private static final int WARM_UP_CALLS = 600_000;

  /** Until a command has found all threads and watches them. */
  private static final int ATTACH_MILLIS = 2000;

  private CallLoop() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    run(
        Contender.named(args[0]),
        CallPattern.named(args[1]),
        WARM_UP_CALLS,
        Integer.parseInt(args[2]),
        List.of(args).subList(3, args.length),
        System.out);
  }

  static void run(
      Contender contender,
      CallPattern pattern,
      int warmUpCalls,
      int calls,
      List<String> commands,
      PrintStream out)
      throws IOException, InterruptedException {
    try (CallPair pair = CallPair.start(contender)) {
      pair.warmUp(pattern, warmUpCalls);
      List<Process> watching = start(commands, pair);
      CallSide.Look client = pair.client().look();
      CallSide.Look server = pair.server().look();
      long start = System.nanoTime();
      pair.run(pattern, calls);
      long elapsed = System.nanoTime() - start;
      CallSide.Usage clientUsage = pair.client().look().since(client);
      CallSide.Usage serverUsage = pair.server().look().since(server);
      String who = "| " + name(contender) + " | " + name(pattern) + " | ";
      printSide(out, who + "client", elapsed, calls, clientUsage);
      printSide(out, who + "server", elapsed, calls, serverUsage);
      printThreads(out, who + "client", calls, clientUsage);
      printThreads(out, who + "server", calls, serverUsage);
      interrupt(watching);
    }
  }

  private static void printSide(
      PrintStream out, String who, long elapsedNanos, double calls, CallSide.Usage usage) {
    CallSide.ThreadUsage all =
        usage.threads().values().stream()
            .reduce(CallSide.ThreadUsage.NONE, CallSide.ThreadUsage::plus);
    out.printf(
        Locale.ROOT,
        "%s | %.2f | %.2f | %.0f %% | %.3f | %.3f | %.0f |%n",
        who,
        elapsedNanos / 1e3 / calls,
        all.cpuNanos() / 1e3 / calls,
        100.0 * usage.kernelNanos() / Math.max(1, usage.userNanos() + usage.kernelNanos()),
        all.voluntarySwitches() / calls,
        all.otherSwitches() / calls,
        usage.allocatedBytes() / calls);
  }

  private static void printThreads(
      PrintStream out, String who, double calls, CallSide.Usage usage) {
    usage
        .threads()
        .forEach(
            (name, thread) -> {
              double cpuMicros = thread.cpuNanos() / 1e3 / calls;
              double switches = thread.voluntarySwitches() / calls;
              if (cpuMicros >= 0.1 || switches >= 0.002) {
                out.printf(
                    Locale.ROOT,
                    "%s | `%s` | %.2f | %.3f | %.3f |%n",
                    who,
                    name,
                    cpuMicros,
                    switches,
                    thread.otherSwitches() / calls);
              }
            });
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static List<Process> start(List<String> commands, CallPair pair)
      throws IOException, InterruptedException {
    List<Process> started = new ArrayList<>();
    for (String command : commands) {
      // A shell that runs this in the background has had interrupts ignored.
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", "exec env --default-signal=INT " + command).inheritIO();
      builder.environment().put("CLIENT", Long.toString(pair.client().pid()));
      builder.environment().put("SERVER", Long.toString(pair.server().pid()));
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      started.add(builder.start());
    }
    if (!started.isEmpty()) {
      Thread.sleep(ATTACH_MILLIS);
    }
    return started;
  }

  /** As Ctrl-C does, upon which such tools print what they have. */
  private static void interrupt(List<Process> watching) throws IOException, InterruptedException {
    for (Process command : watching) {
      new ProcessBuilder("kill", "-INT", Long.toString(command.pid())).start().waitFor();
    }
    for (Process command : watching) {
      if (!command.waitFor(30, TimeUnit.SECONDS)) {
        command.destroyForcibly();
      }
    }
  }
}
