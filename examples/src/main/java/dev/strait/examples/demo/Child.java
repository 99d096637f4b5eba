package dev.strait.examples.demo;

import dev.strait.examples.SameJava;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM, which is told what to do on its standard input and answers on its standard output.
 * It ends when its standard input does: so it goes with this process even if that is killed.
 */
final class Child implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final String name;
  private final Process process;
  private final Writer commands;

  /** What it printed; an empty one stands for the end. */
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "output of the " + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts one whose temporary files are in {@code directory}: Netty and JNA unpack their native
   * code there, and leave it behind if they are killed just then.
   */
  static Child start(String name, Path directory, Class<?> main, String... args)
      throws IOException {
    List<String> flags = List.of("-Djava.io.tmpdir=" + directory);
    ProcessBuilder builder = new ProcessBuilder(SameJava.command(flags, main, args));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new Child(name, builder.start());
  }

  long pid() {
    return process.pid();
  }

  void tell(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException brokenPipe) {
      throw new IllegalStateException("the " + name + " died", brokenPipe);
    }
  }

  /** The next line that it prints. */
  String next() throws InterruptedException {
    Optional<String> line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new IllegalStateException(
          "the " + name + " has said nothing for " + PATIENCE_SECONDS + " s");
    }
    return line.orElseThrow(() -> new IllegalStateException("the " + name + " died"));
  }

  /** The rest of the next line, which must start so. */
  String next(String start) throws InterruptedException {
    String line = next();
    if (!line.startsWith(start)) {
      throw new IllegalStateException("the " + name + " said " + line + " instead of " + start);
    }
    return line.substring(start.length());
  }

  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException alreadyGone) {
      // It has nothing to read from any more, which is all that this is for.
    }
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(line -> lines.add(Optional.of(line)));
    } catch (IOException | RuntimeException brokenPipe) {
      // The end, like the orderly one.
    }
    lines.add(Optional.empty());
  }
}
