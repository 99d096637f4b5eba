package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.jna.Function;
import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A FIFO of this user's, open in a way that never blocks, which Java cannot: opening one end of a
 * FIFO, reading from an empty one and writing to a full one all wait for somebody else, and nothing
 * interrupts the first.
 *
 * <p>What a FIFO is, and whose, is asked of the open descriptor, and its channels are opened
 * through that descriptor: who renames files meanwhile changes nothing.
 *
 * <p>Nothing else in this package touches JNA, so other kinds of endpoint do not need it.
 * Thread-safe.
 */
final class Fifo implements AutoCloseable {
  private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");
  private static final int OWNER_ONLY = 0600;
  private static final int O_WRONLY = 01;
  private static final int O_RDWR = 02;
  private static final int O_NONBLOCK = LINUX ? 04000 : 0x4;
  private static final int O_CLOEXEC = LINUX ? 02000000 : 0x1000000;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int ENXIO = 6;
  private static final int EACCES = 13;
  private static final int EEXIST = 17;
  private static final int EPIPE = 32;
  private static final int EAGAIN = LINUX ? 11 : 35;
  private static final int CLOSED = -1;

  /** What became of an {@link #offer}. */
  enum Offer {
    TAKEN,
    FULL,
    NOBODY_READS
  }

  private final Path name;

  @GuardedBy("this")
  private int descriptor;

  private Fifo(Path name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /**
   * Loads what is needed.
   *
   * @throws LinkageError if JNA is not there, or cannot be loaded here
   */
  static void load() {
    Libc.load();
  }

  /**
   * Makes a FIFO of mode 0600.
   *
   * @throws FileAlreadyExistsException if there is something of that name
   */
  static void make(Path path) throws IOException {
    try {
      Libc.mkfifo(path.toString(), OWNER_ONLY);
    } catch (LastErrorException e) {
      throw failure(path, e);
    }
  }

  /** Whether this is a FIFO of this user's that nobody else may open. Links are not followed. */
  static boolean isOwn(Path file) throws IOException {
    return isOwn(FileStat.ofLink(file));
  }

  private static boolean isOwn(FileStat stat) {
    return stat.isFifo() && stat.uid() == OwnIdentity.uid() && stat.isPrivate();
  }

  /**
   * Opens both ends: as long as this is open, others can open either end without waiting, and
   * nobody's end shows.
   *
   * @throws NoSuchFileException if there is none
   * @throws NotOwnFifoException if it is not this user's, or something else
   */
  static Fifo hold(Path name) throws IOException {
    return checked(name, open(name, name, O_RDWR));
  }

  /**
   * Writes all of {@code record} or nothing, without waiting for a reader.
   *
   * @param record at most 512 bytes, which POSIX keeps together
   * @throws NoSuchFileException if there is no such FIFO
   * @throws NotOwnFifoException if it is not this user's, or something else
   */
  static Offer offer(Path name, byte[] record) throws IOException {
    try (Fifo writer = checked(name, open(name, name, O_WRONLY))) {
      return writer.offer(record);
    } catch (NobodyReadsException e) {
      return Offer.NOBODY_READS;
    }
  }

  private static Fifo checked(Path name, Fifo opened) throws IOException {
    boolean own = false;
    try {
      FileStat named = FileStat.ofLink(name);
      own = isOwn(named) && FileStat.of(opened.again()).sameFile(named);
      if (!own) {
        throw new NotOwnFifoException(name, named);
      }
      return opened;
    } finally {
      if (!own) {
        opened.close();
      }
    }
  }

  private static Fifo open(Path name, Path path, int how) throws IOException {
    try {
      return new Fifo(name, Libc.open(path.toString(), how | O_NONBLOCK | O_CLOEXEC));
    } catch (LastErrorException e) {
      if (e.getErrorCode() == ENXIO) {
        throw new NobodyReadsException(name);
      }
      throw failure(name, e);
    }
  }

  /** A path to what this descriptor has open, whatever its name is by now. */
  private synchronized Path again() throws IOException {
    if (descriptor == CLOSED) {
      throw new IOException(name + " is closed");
    }
    return LINUX ? Path.of("/proc/self/fd/" + descriptor) : name;
  }

  /** A channel that reads, and blocks while it does. */
  FileChannel reader() throws IOException {
    return FileChannel.open(again(), StandardOpenOption.READ);
  }

  /** A channel that writes, and blocks while it does. */
  FileChannel writer() throws IOException {
    return FileChannel.open(again(), StandardOpenOption.WRITE);
  }

  /** The writing end alone: with it, a reader that is gone shows. */
  Fifo writingEnd() throws IOException {
    return open(name, again(), O_WRONLY);
  }

  /** Writes all of {@code record}, at most 512 bytes, or nothing. */
  synchronized Offer offer(byte[] record) throws IOException {
    while (true) {
      try {
        Libc.write(descriptor, record, new NativeLong(record.length));
        return Offer.TAKEN;
      } catch (LastErrorException e) {
        int error = e.getErrorCode();
        if (error == EAGAIN) {
          return Offer.FULL;
        }
        if (error == EPIPE) {
          return Offer.NOBODY_READS;
        }
        if (error != EINTR) {
          throw failure(name, e);
        }
      }
    }
  }

  /** Takes one byte out. False if there is none. */
  synchronized boolean takeByte() throws IOException {
    while (true) {
      try {
        return Libc.read(descriptor, new byte[1], new NativeLong(1)).longValue() == 1;
      } catch (LastErrorException e) {
        if (e.getErrorCode() == EAGAIN) {
          return false;
        }
        if (e.getErrorCode() != EINTR) {
          throw failure(name, e);
        }
      }
    }
  }

  /** Idempotent. */
  @Override
  public synchronized void close() {
    if (descriptor != CLOSED) {
      try {
        Libc.close(descriptor);
      } catch (LastErrorException e) {
        // The descriptor is free all the same.
      }
      descriptor = CLOSED;
    }
  }

  private static IOException failure(Path path, LastErrorException e) {
    String name = path.toString();
    FileSystemException failure =
        switch (e.getErrorCode()) {
          case ENOENT -> new NoSuchFileException(name);
          case EEXIST -> new FileAlreadyExistsException(name);
          case EACCES -> new AccessDeniedException(name);
          // JNA puts the number before the text, the platform does not.
          default ->
              new FileSystemException(
                  name, null, String.valueOf(e.getMessage()).replaceFirst("^\\[\\d+] ", ""));
        };
    failure.initCause(e);
    return failure;
  }

  /** What is there is no FIFO, or others have a right to it. */
  static final class NotOwnFifoException extends FileSystemException {
    private static final long serialVersionUID = 1;

    NotOwnFifoException(Path name, FileStat found) {
      super(
          name.toString(),
          null,
          "expected a named pipe of uid "
              + OwnIdentity.uid()
              + " with mode 0600, is a "
              + found.type()
              + " of uid "
              + found.uid()
              + " with mode "
              + found.permissions());
    }
  }

  private static final class NobodyReadsException extends IOException {
    private static final long serialVersionUID = 1;

    NobodyReadsException(Path name) {
      super("nobody reads " + name);
    }
  }

  /** The C library. */
  private static final class Libc {
    private static final NativeLibrary LIBRARY = open();

    private Libc() {}

    private static NativeLibrary open() {
      // The encoding in which Java itself gives file names to the system.
      String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
      // JNA starts a thread for good, which keeps the context class loader that it begins with.
      Thread current = Thread.currentThread();
      ClassLoader loader = current.getContextClassLoader();
      current.setContextClassLoader(Native.class.getClassLoader());
      try {
        return NativeLibrary.getInstance("c", Map.of(Library.OPTION_STRING_ENCODING, encoding));
      } finally {
        current.setContextClassLoader(loader);
      }
    }

    static void load() {}

    static int mkfifo(String path, int mode) throws LastErrorException {
      return function("mkfifo").invokeInt(new Object[] {path, mode});
    }

    static int open(String path, int flags) throws LastErrorException {
      return function("open").invokeInt(new Object[] {path, flags});
    }

    static NativeLong read(int descriptor, byte[] bytes, NativeLong count)
        throws LastErrorException {
      Object[] arguments = {descriptor, bytes, count};
      return (NativeLong) function("read").invoke(NativeLong.class, arguments);
    }

    static NativeLong write(int descriptor, byte[] bytes, NativeLong count)
        throws LastErrorException {
      Object[] arguments = {descriptor, bytes, count};
      return (NativeLong) function("write").invoke(NativeLong.class, arguments);
    }

    static int close(int descriptor) throws LastErrorException {
      return function("close").invokeInt(new Object[] {descriptor});
    }

    /** JNA keeps a class that it maps, and with that the class's loader, for good; not these. */
    private static Function function(String name) {
      return LIBRARY.getFunction(name, Function.THROW_LAST_ERROR);
    }
  }
}
