package dev.strait.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A main class run in a process of its own, with its temporary files in a directory of its own. */
public final class MainProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 100;

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();

  private MainProcess(Process process) {
    this.process = process;
    output = process.inputReader();
  }

  /** Standard error comes with the output: a warning is a line that should not be there. */
  public static MainProcess start(Path temporaryFiles, String main, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String flags = System.getProperty("strait.tests.jvm.args", "");
    if (!flags.isBlank()) {
      command.addAll(List.of(flags.trim().split(" +")));
    }
    command.add("-Djava.io.tmpdir=" + temporaryFiles);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // It would be preferred to the directory for temporary files.
    builder.environment().remove("XDG_RUNTIME_DIR");
    return new MainProcess(builder.start());
  }

  public Process process() {
    return process;
  }

  /** What it has printed, as far as it was read. */
  public List<String> lines() {
    return lines;
  }

  /** Reads on until there is a line that starts so. */
  public void awaitLine(String start) throws IOException {
    for (String line; (line = output.readLine()) != null; ) {
      lines.add(line);
      if (line.startsWith(start)) {
        return;
      }
    }
    throw new AssertionError("no line starts with " + start + ": " + lines);
  }

  /** All lines, once the process has ended. */
  public List<String> outputAtEnd() throws IOException, InterruptedException {
    for (String line; (line = output.readLine()) != null; ) {
      lines.add(line);
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("still running; so far: " + lines);
    }
    return lines;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
