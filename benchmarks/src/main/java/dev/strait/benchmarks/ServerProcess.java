package dev.strait.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A {@link ServerMain} in a JVM of its own, and the directory of its socket. */
final class ServerProcess implements AutoCloseable {
  private final Path directory;
  private final Process process;

  private ServerProcess(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /** Returns once it serves. */
  static ServerProcess start(Contender contender) throws IOException {
    Path directory = Files.createTempDirectory("strait-benchmark");
    ProcessBuilder builder =
        new ProcessBuilder(command(contender.name(), socketIn(directory).toString()));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    ServerProcess server = new ServerProcess(directory, builder.start());
    BufferedReader output = server.process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (!ServerMain.READY.equals(line)) {
      server.close();
      throw new IOException("the server of " + contender + " said " + line);
    }
    return server;
  }

  Path socket() {
    return socketIn(directory);
  }

  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> left = Files.list(directory)) {
      left.forEach(ServerProcess::delete);
    }
    delete(directory);
  }

  private static Path socketIn(Path directory) {
    return directory.resolve("s.sock");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The rest is JMH's and would not suit a server.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), ServerMain.class.getName()));
    command.addAll(List.of(args));
    return command;
  }
}
