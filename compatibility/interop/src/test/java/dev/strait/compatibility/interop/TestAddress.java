package dev.strait.compatibility.interop;

import dev.strait.transport.IpcAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** An address that no other test has, and the directory that belongs to it. */
final class TestAddress implements AutoCloseable {
  private final Path directory;
  private final IpcAddress address;

  /**
   * @param scheme "unix:", "pipe:", "unix-abstract:" or "memory:"
   */
  TestAddress(String scheme) {
    try {
      directory = Files.createTempDirectory("strait");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean inDirectory = scheme.equals("unix:") || scheme.equals("pipe:");
    address =
        IpcAddress.of(
            scheme + (inDirectory ? directory.resolve("s") : "" + directory.getFileName()));
  }

  IpcAddress get() {
    return address;
  }

  /** The server has stopped; its lock file stays. */
  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
