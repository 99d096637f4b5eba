package dev.strait.transport;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the sockets and pipes of this user are, by the XDG Base Directory Specification. */
final class RuntimeDirectory {
  /** 80 bits: nobody finds a second name with the digest of a given one. */
  private static final int DIGEST_BYTES = 10;

  private static final Pattern WITH_DIGEST =
      Pattern.compile(".*-[0-9a-f]{" + 2 * DIGEST_BYTES + "}");

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

  /**
   * A name of safe characters only. What looks like a name that was made safe is treated as unsafe
   * itself, so that no name can pass for another.
   */
  static String sanitize(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("namespace and id must not be empty");
    }
    String clean = name.replaceAll("[^A-Za-z0-9_-]", "_");
    if (clean.equals(name) && !WITH_DIGEST.matcher(name).matches()) {
      return clean;
    }
    return clean + "-" + digest(name);
  }

  /** Of the characters: as UTF-8 all halves of surrogate pairs would be the same. */
  private static String digest(String name) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * name.length());
    bytes.asCharBuffer().put(name);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
