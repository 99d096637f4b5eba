package dev.strait.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, which runs {@link ServerControl}. Thread-safe. */
public final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;
  private String address = "";

  private ServerProcess(Process process) {
    this.process = process;
    questions = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Returns once it serves. */
  public static ServerProcess start(Class<?> main, String... args) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(SameJava.command(main, args));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    ServerProcess server = new ServerProcess(builder.start());
    String line = server.answers.readLine();
    if (line == null || !line.startsWith(ServerControl.READY)) {
      server.close();
      throw new IOException(main.getSimpleName() + " " + String.join(" ", args) + " said " + line);
    }
    server.address = line.substring(ServerControl.READY.length());
    return server;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Where it serves. */
  public String address() {
    return address;
  }

  /** What it has used so far. */
  public Usage usage() {
    return Usage.decode(ask(ServerControl.USAGE));
  }

  /** What it holds now, after a garbage collection. */
  public Footprint footprint() {
    return Footprint.decode(ask(ServerControl.FOOTPRINT));
  }

  private synchronized String ask(String question) {
    try {
      questions.write(question + "\n");
      questions.flush();
      String line = answers.readLine();
      if (line == null) {
        throw new IOException("the server has died");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException alreadyGone) {
      // It has nothing to read from any more, which is all that this is for.
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
