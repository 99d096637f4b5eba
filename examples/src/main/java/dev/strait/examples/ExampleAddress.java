package dev.strait.examples;

import dev.strait.transport.IpcAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where an example's server listens. */
public final class ExampleAddress {
  private ExampleAddress() {}

  /** The first argument, or a socket in a temporary directory that goes when this process does. */
  public static IpcAddress of(String[] args) throws IOException {
    if (args.length > 0) {
      return IpcAddress.of(args[0]);
    }
    Path directory = Files.createTempDirectory("strait-example-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
    return IpcAddress.of("unix:" + directory.resolve("example.sock"));
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
