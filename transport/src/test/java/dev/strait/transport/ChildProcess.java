package dev.strait.transport;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A second JVM that plays one part of a test; see {@link ChildMain}. */
final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ChildProcess(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static ChildProcess start(String... arguments) throws IOException {
    return start(List.of(), System.getProperty("java.class.path"), arguments);
  }

  static ChildProcess start(List<String> prefix, String classPath, String... arguments)
      throws IOException {
    return start(prefix, classPath, Map.of(), new File("."), arguments);
  }

  /**
   * @param prefix the command that runs the JVM, such as setpriv with its options
   */
  static ChildProcess start(
      List<String> prefix,
      String classPath,
      Map<String, String> environment,
      File workingDirectory,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(System.getProperty("java.home") + File.separator + "bin/java");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String option : System.getProperty("strait.jdk.jvm.args", "").split(" ")) {
      if (!option.isEmpty()) {
        command.add(option);
      }
    }
    command.addAll(List.of("-cp", absolute(classPath), ChildMain.class.getName()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(workingDirectory)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new ChildProcess(builder.start());
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      entries.add(new File(entry).getAbsolutePath());
    }
    return String.join(File.pathSeparator, entries);
  }

  String readLine() throws IOException {
    return String.valueOf(output.readLine());
  }

  /** The command behind the prefix keeps the process id if the prefix execs. */
  long pid() {
    return process.pid();
  }

  /** As kill -STOP, kill -CONT. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  /** As kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
