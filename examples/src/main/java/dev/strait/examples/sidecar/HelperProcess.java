package dev.strait.examples.sidecar;

import dev.strait.examples.SameJava;
import dev.strait.transport.IpcAddress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The parent's end of a {@link Helper}. */
final class HelperProcess implements AutoCloseable {
  private final Process process;

  private HelperProcess(Process process) {
    this.process = process;
  }

  static HelperProcess start(IpcAddress address) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(SameJava.command(Helper.class, address.toString()));
    // Its standard input stays a pipe from here, whose end tells it that this process is gone.
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new HelperProcess(builder.start());
  }

  /** Like {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Lets it end, or ends it. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
