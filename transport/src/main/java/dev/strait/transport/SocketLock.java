package dev.strait.transport;

import java.io.IOException;
import java.net.BindException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The proof of life of a server: an exclusive lock on the file beside its socket, which the kernel
 * gives up when the process ends, however it ends. The file itself is never deleted, because two
 * processes could then hold locks on two files of the same name.
 *
 * <p>POSIX locks belong to the process and vanish when <em>any</em> of its channels on the file is
 * closed. So each lock file is open at most once per process: a registry refuses the second server
 * of an endpoint before the file is touched.
 */
final class SocketLock {
  private static final Set<String> HELD = new HashSet<>(); // guarded by HELD
  private static final List<FileChannel> NEVER_CLOSED = new ArrayList<>(); // guarded by HELD

  private final String key;
  private final FileChannel channel;

  private SocketLock(String key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /** Takes the lock of {@code socket}, whose directory has been checked, or throws at once. */
  static SocketLock take(Path socket, IpcAddress address) throws IOException {
    FileStat directory = FileStat.of(UnixDirectory.of(socket));
    // By the directory's identity, not its name: one directory has many names.
    String key = directory.device() + ":" + directory.inode() + "/" + socket.getFileName();
    synchronized (HELD) {
      if (!HELD.add(key)) {
        throw new BindException(address + " is in use by a live server of this process");
      }
    }
    FileChannel channel = null;
    try {
      channel = open(socket.resolveSibling(socket.getFileName() + ".lock"), address);
      lock(channel, address);
      return new SocketLock(key, channel);
    } catch (OverlappingFileLockException e) {
      // Another class loader's server. Closing our channel would drop its lock: keep it for ever.
      synchronized (HELD) {
        if (channel != null) {
          NEVER_CLOSED.add(channel);
        }
      }
      throw inUse(address);
    } catch (IOException | RuntimeException | Error e) {
      free(key, channel);
      throw e;
    }
  }

  private static FileChannel open(Path file, IpcAddress address) throws IOException {
    try {
      FileStat stat = FileStat.ofLink(file);
      if (!stat.isRegular()) {
        throw new BindException(
            "cannot serve " + address + ": " + file + " is a " + stat.type() + ", not a lock file");
      }
      if (stat.uid() != 0 && stat.uid() != OwnIdentity.uid()) {
        throw new BindException(
            "cannot serve " + address + ": " + file + " belongs to uid " + stat.uid());
      }
    } catch (NoSuchFileException e) {
      // The first server ever.
    }
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private static void lock(FileChannel channel, IpcAddress address) throws IOException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      throw inUse(address);
    }
  }

  private static BindException inUse(IpcAddress address) {
    return new BindException(
        address + " is in use by a live server: another process holds its lock");
  }

  void release() {
    free(key, channel);
  }

  private static void free(String key, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      Log.warn("cannot close a lock file", e);
    } finally {
      // Last: until the channel is closed nobody of this process may open the file again.
      synchronized (HELD) {
        HELD.remove(key);
      }
    }
  }
}
