package dev.strait.rpc;

import dev.strait.transport.contract.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Simulated lives that run in a process of their own, on one core. */
final class SimulatorProcess implements AutoCloseable {
  private static final List<Integer> CORES = cores();

  private final ChildProcess process;

  private SimulatorProcess(ChildProcess process) {
    this.process = process;
  }

  /** How many of these are best run at a time. */
  static int atATime() {
    return Math.max(1, CORES.size());
  }

  /**
   * @param slot which of those that run at the same time
   * @param strict whether buffers are watched, which takes half as long again
   */
  static SimulatorProcess start(
      int slot, String classPath, long firstSeed, long seeds, boolean strict) throws IOException {
    // A change of threads costs a third when both are on one core.
    List<String> prefix =
        CORES.isEmpty()
            ? List.of()
            : List.of("taskset", "-c", CORES.get(slot % CORES.size()).toString());
    return new SimulatorProcess(
        ChildProcess.startWithFlags(
            prefix,
            List.of(
                "-XX:ActiveProcessorCount=2",
                "-Xmx512m",
                "-Ddev.strait.bufferPool.strict=" + strict),
            classPath,
            SimulatorMain.class,
            Long.toString(firstSeed),
            Long.toString(seeds)));
  }

  /** The cores that this process may use, if there is a way to choose one; else none. */
  private static List<Integer> cores() {
    Path status = Path.of("/proc/self/status");
    List<Integer> cores = new ArrayList<>();
    boolean canPin =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "taskset")));
    if (!canPin || !Files.exists(status)) {
      return cores;
    }
    try (Stream<String> lines = Files.lines(status)) {
      String list =
          lines.filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElse(":");
      for (String range : list.substring(list.indexOf(':') + 1).strip().split(",")) {
        String[] ends = range.split("-");
        for (int core = Integer.parseInt(ends[0]);
            core <= Integer.parseInt(ends[ends.length - 1]);
            core++) {
          cores.add(core);
        }
      }
    } catch (IOException | NumberFormatException e) {
      cores.clear();
    }
    return cores;
  }

  /**
   * What came of the lives.
   *
   * @param failedSeed of the first that failed; null if all hold
   * @param report what was run, or how it failed
   */
  record Result(@Nullable Long failedSeed, String report) {
    /** A number of the report. */
    long counted(String what) {
      return Long.parseLong(report.replaceAll("(?s).*\\b" + what + "=(\\d+).*", "$1"));
    }
  }

  Result await() throws IOException {
    Long failed = null;
    StringBuilder report = new StringBuilder();
    for (String line = process.readLine(); !line.equals("null"); line = process.readLine()) {
      if (line.startsWith(SimulatorMain.FAILED)) {
        failed = Long.valueOf(line.substring(SimulatorMain.FAILED.length()));
      }
      report.append(line).append('\n');
    }
    if (failed == null && !report.toString().contains(SimulatorMain.RAN)) {
      throw new IOException("the simulator ended early: " + report);
    }
    return new Result(failed, report.toString());
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
