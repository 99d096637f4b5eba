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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The proof of life of a server: an exclusive lock on a file, which the kernel gives up when the
 * process ends, however it ends. The file itself is never deleted, because two processes could then
 * hold locks on two files of the same name.
 *
 * <p>POSIX locks belong to the process and vanish when <em>any</em> of its channels on the file is
 * closed. So no process opens the lock file of a server of its own a second time: a registry
 * refuses a second server, and answers for the first one when a client asks. It serves the whole
 * JVM, whichever class loaders Strait was loaded by: its entries are system properties, its monitor
 * is an interned string.
 */
final class ServerLock {
  private static final String PROPERTY = "dev.strait.transport.served:";

  /** Guards the registry, and every opening of a lock file that is not registered. */
  private static final Object REGISTRY = "dev.strait.transport.ServerLock".intern();

  private static final int TRIES = 40;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String key;
  private final FileChannel channel;

  private ServerLock(String key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock, or throws. A client that looks whether the server lives holds a shared lock for
   * a moment, so a refusal is not believed at once.
   *
   * @param file in a directory that has been checked
   */
  static ServerLock take(Path file, IpcAddress address) throws IOException {
    String key = key(file);
    synchronized (REGISTRY) {
      if (System.getProperty(key) != null) {
        throw new BindException(address + " is in use by a live server of this process");
      }
      System.setProperty(key, address.toString());
    }
    FileChannel channel = null;
    try {
      channel = open(file, address);
      lock(channel, address);
      return new ServerLock(key, channel);
    } catch (IOException | RuntimeException | Error e) {
      free(key, channel);
      throw e;
    }
  }

  /**
   * Whether a server holds the lock. Asks by trying for a shared one.
   *
   * @throws NoSuchFileException if the file does not exist
   */
  static boolean isHeld(Path file) throws IOException {
    String key = key(file);
    // No server of this JVM can register, and then open the file, until ours is closed again.
    synchronized (REGISTRY) {
      if (System.getProperty(key) != null) {
        return true;
      }
      FileStat stat = FileStat.ofLink(file);
      if (!stat.isRegular()) {
        throw new IOException(file + " is a " + stat.type() + ", not a lock file");
      }
      // For writing too: if it is a FIFO by now, that does not block.
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      } catch (OverlappingFileLockException e) {
        // Not ours, or it would be registered.
        return true;
      }
    }
  }

  /** By the directory's identity, not its name: one directory has many names. */
  private static String key(Path file) throws IOException {
    FileStat directory = FileStat.of(UnixDirectory.of(file));
    return PROPERTY + directory.device() + ":" + directory.inode() + "/" + file.getFileName();
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
    boolean interrupted = false;
    try {
      for (int i = 0; i < TRIES; i++) {
        if (tryLock(channel)) {
          return;
        }
        // An interrupt would turn every pause into none.
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw new BindException(
        address + " is in use by a live server: another process holds its lock");
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
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
      synchronized (REGISTRY) {
        System.clearProperty(key);
      }
    }
  }
}
