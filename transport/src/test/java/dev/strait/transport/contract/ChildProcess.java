package dev.strait.transport.contract;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A second JVM that plays one part of a test. */
public final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ChildProcess(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * @param prefix the command that runs the JVM, such as setpriv with its options
   * @param main its main class
   */
  public static ChildProcess start(
      List<String> prefix, String classPath, Class<?> main, String... arguments)
      throws IOException {
    return start(prefix, List.of(), classPath, Map.of(), new File("."), main, arguments);
  }

  /**
   * @param prefix the command that runs the JVM, such as setpriv with its options
   * @param main its main class
   */
  public static ChildProcess start(
      List<String> prefix,
      String classPath,
      Map<String, String> environment,
      File workingDirectory,
      Class<?> main,
      String... arguments)
      throws IOException {
    return start(prefix, List.of(), classPath, environment, workingDirectory, main, arguments);
  }

  private static ChildProcess start(
      List<String> prefix,
      List<String> flags,
      String classPath,
      Map<String, String> environment,
      File workingDirectory,
      Class<?> main,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(System.getProperty("java.home") + File.separator + "bin/java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(TestRun.jvmFlags());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(flags);
    command.addAll(List.of("-cp", absolute(classPath), main.getName()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(workingDirectory)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new ChildProcess(builder.start());
  }

  /**
   * @param prefix the command that runs the JVM, such as taskset with its options
   * @param flags of the JVM
   * @param main its main class
   */
  public static ChildProcess startWithFlags(
      List<String> prefix, List<String> flags, String classPath, Class<?> main, String... arguments)
      throws IOException {
    return start(prefix, flags, classPath, Map.of(), new File("."), main, arguments);
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      entries.add(new File(entry).getAbsolutePath());
    }
    return String.join(File.pathSeparator, entries);
  }

  public String readLine() throws IOException {
    return String.valueOf(output.readLine());
  }

  /** The command behind the prefix keeps the process id if the prefix execs. */
  public long pid() {
    return process.pid();
  }

  /** As kill -STOP, kill -CONT. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  /** As kill -9. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
