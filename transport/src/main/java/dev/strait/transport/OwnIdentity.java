package dev.strait.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The identity of this process. */
final class OwnIdentity {
  private static final PeerCredentials SELF = find();

  private OwnIdentity() {}

  static long uid() {
    return SELF.uid();
  }

  static PeerCredentials credentials() {
    return SELF;
  }

  private static PeerCredentials find() {
    try {
      Path proc = Path.of("/proc/self");
      FileStat stat = Files.isDirectory(proc) ? FileStat.of(proc) : ofTemporaryFile();
      return new PeerCredentials(stat.uid(), stat.gid(), ProcessHandle.current().pid());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find out the uid of this process", e);
    }
  }

  private static FileStat ofTemporaryFile() throws IOException {
    Path file = Files.createTempFile("strait", null);
    try {
      return FileStat.of(file);
    } finally {
      Files.delete(file);
    }
  }
}
