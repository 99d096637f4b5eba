package dev.strait.transport;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Makes failures that the platform tells without saying which endpoint they hit name it. The type
 * stays what it was.
 */
final class UnixFailure {
  private UnixFailure() {}

  /**
   * The failure, naming the endpoint; as it is if it does so already, which all of this package do.
   *
   * @param what was not possible, such as {@code cannot serve unix:/a}
   */
  static IOException naming(String what, IOException e) {
    IOException named;
    if (e instanceof FileSystemException failure) {
      named = naming(what, failure);
    } else if (e.getClass() == SocketException.class) {
      named = new SocketException(what + ": " + e.getMessage());
    } else if (e.getClass() == IOException.class) {
      named = new IOException(what + ": " + e.getMessage());
    } else {
      return e;
    }
    if (named != e) {
      named.initCause(e);
    }
    return named;
  }

  private static FileSystemException naming(String what, FileSystemException e) {
    String file = shown(String.valueOf(e.getFile()));
    String reason = e.getReason();
    // The platform gives a reason to the general type only, this package to the others only.
    if (e.getClass() == FileSystemException.class) {
      return new FileSystemException(file, null, what + ": " + reason);
    }
    if (reason == null && e instanceof AccessDeniedException) {
      return new AccessDeniedException(file, null, what + ": permission denied");
    }
    if (reason == null && e instanceof NoSuchFileException) {
      return new NoSuchFileException(file, null, what + ": no such file or directory");
    }
    return e;
  }

  /**
   * A path for messages. An address holds no control characters, but the working directory, or
   * where a link leads, may.
   */
  static String shown(Path path) {
    return shown(path.toString());
  }

  static String shown(String path) {
    StringBuilder shown = new StringBuilder();
    path.codePoints().forEach(c -> append(shown, c));
    return shown.toString();
  }

  private static void append(StringBuilder shown, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          shown.append(String.format("\\u%04x", c));
      default -> shown.appendCodePoint(c);
    }
  }
}
