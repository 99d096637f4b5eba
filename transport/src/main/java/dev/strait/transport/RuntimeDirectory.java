package dev.strait.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where the sockets and pipes of this user are, by the XDG Base Directory Specification. */
final class RuntimeDirectory {
  private static final int DIGEST_CHARS = 8;

  private RuntimeDirectory() {}

  static IpcAddress address(
      String namespace, String id, @Nullable String xdgRuntimeDir, String temporaryDir) {
    String space = sanitize(namespace);
    String name = sanitize(id);
    // The specification: a relative path there is to be ignored.
    if (xdgRuntimeDir != null && xdgRuntimeDir.startsWith("/")) {
      return IpcAddress.of("unix:" + xdgRuntimeDir + "/" + space + "/" + name + ".sock");
    }
    // One directory only: the acceptor creates no ancestors. The dot occurs in neither name.
    return IpcAddress.of(
        "unix:"
            + temporaryDir
            + "/strait-"
            + OwnIdentity.uid()
            + "/"
            + space
            + "."
            + name
            + ".sock");
  }

  /** The directory of {@code pipe:name}. */
  static Path pipes(String name) {
    return pipes(name, System.getenv("XDG_RUNTIME_DIR"), System.getProperty("java.io.tmpdir"));
  }

  static Path pipes(String name, @Nullable String xdgRuntimeDir, String temporaryDir) {
    String last = "pipe-" + sanitize(name);
    return xdgRuntimeDir != null && xdgRuntimeDir.startsWith("/")
        ? Path.of(xdgRuntimeDir, "strait-" + last)
        : Path.of(temporaryDir, "strait-" + OwnIdentity.uid() + "-" + last);
  }

  static String sanitize(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("namespace and id must not be empty");
    }
    String clean = name.replaceAll("[^A-Za-z0-9_-]", "_");
    if (clean.equals(name)) {
      return clean;
    }
    String digest = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    return clean + "-" + digest.substring(0, DIGEST_CHARS);
  }
}
