package dev.strait.transport;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The directory of a {@code pipe:} endpoint, which is its gate: mode 0700 and owned by this user,
 * in a place where no stranger could have put it. In it are the server's {@code lock}, the FIFO
 * {@code accept} on which clients announce themselves, and for a moment the FIFOs of those that
 * connect.
 */
record PipeDirectory(IpcAddress address, Path path) {
  private static final Pattern OWN_NAMES = Pattern.compile("accept|c-[0-9a-f]{32}\\.(up|down)");

  static PipeDirectory of(IpcAddress address) {
    String name = address.name();
    Path path = name.startsWith("/") ? Path.of(name) : RuntimeDirectory.pipes(name);
    return new PipeDirectory(address, path.toAbsolutePath());
  }

  /** The file whose lock proves that the server lives. */
  Path lock() {
    return path.resolve("lock");
  }

  /** The FIFO that the server reads. */
  Path accept() {
    return path.resolve("accept");
  }

  void createIfMissing() throws IOException {
    UnixDirectory.createIfMissing(path, address);
  }

  /**
   * Applies the rules of {@link UnixDirectory}, and the stricter one of this kind of endpoint.
   *
   * @throws AccessDeniedException naming the directory and what is wrong with it
   * @throws NoSuchFileException if it does not exist
   */
  void check() throws IOException {
    UnixDirectory.check(path, address);
    FileStat stat = FileStat.of(path);
    if (stat.uid() != OwnIdentity.uid() || !stat.isPrivate()) {
      throw new AccessDeniedException(
          path.toString(),
          null,
          "not a safe place for "
              + address
              + ": expected a directory of uid "
              + OwnIdentity.uid()
              + " with mode 0700, it is of uid "
              + stat.uid()
              + " with mode "
              + stat.permissions());
    }
  }

  /** Deletes the FIFOs that a dead server and its clients left. All else is not ours. */
  void deleteStale() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        if (OWN_NAMES.matcher(entry.getFileName().toString()).matches()) {
          deleteIfOwnFifo(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  static void deleteIfOwnFifo(Path file) throws IOException {
    try {
      if (Fifo.isOwn(file)) {
        Files.delete(file);
      }
    } catch (NoSuchFileException e) {
      // Its other side was quicker.
    }
  }
}
