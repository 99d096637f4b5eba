package dev.strait.transport;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The two things about FIFOs that Java cannot: making one, and writing to one without blocking.
 * Nothing else in this package touches JNA, so other kinds of endpoint do not need it.
 */
final class Fifos {
  private static final int OWNER_ONLY = 0600;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int ENXIO = 6;
  private static final int EACCES = 13;
  private static final int EEXIST = 17;
  private static final int EPIPE = 32;
  private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");
  private static final int EAGAIN = LINUX ? 11 : 35;

  /** O_WRONLY, O_NONBLOCK and O_CLOEXEC. */
  private static final int OPEN_FLAGS = LINUX ? 01 | 04000 | 02000000 : 0x1 | 0x4 | 0x1000000;

  /** What became of an {@link #offer}. */
  enum Offer {
    TAKEN,
    FULL,
    NOBODY_READS
  }

  private Fifos() {}

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

  /**
   * Writes all of {@code record} to the FIFO, or nothing. Never blocks.
   *
   * @param record at most 512 bytes, which POSIX keeps together
   * @throws NoSuchFileException if there is no such FIFO
   */
  static Offer offer(Path path, byte[] record) throws IOException {
    try {
      int descriptor = Libc.open(path.toString(), OPEN_FLAGS);
      try {
        return write(descriptor, record);
      } finally {
        Libc.close(descriptor);
      }
    } catch (LastErrorException e) {
      if (e.getErrorCode() == ENXIO) {
        return Offer.NOBODY_READS;
      }
      throw failure(path, e);
    }
  }

  private static Offer write(int descriptor, byte[] record) {
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
          throw e;
        }
      }
    }
  }

  private static IOException failure(Path path, LastErrorException e) {
    String name = path.toString();
    FileSystemException failure =
        switch (e.getErrorCode()) {
          case ENOENT -> new NoSuchFileException(name);
          case EEXIST -> new FileAlreadyExistsException(name);
          case EACCES -> new AccessDeniedException(name);
          default -> new FileSystemException(name, null, e.getMessage());
        };
    failure.initCause(e);
    return failure;
  }

  /** The C library. */
  private static final class Libc {
    static {
      // The encoding in which Java itself gives file names to the system.
      String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
      Native.register(
          NativeLibrary.getInstance("c", Map.of(Library.OPTION_STRING_ENCODING, encoding)));
    }

    private Libc() {}

    static void load() {}

    static native int mkfifo(String path, int mode) throws LastErrorException;

    static native int open(String path, int flags) throws LastErrorException;

    static native NativeLong write(int descriptor, byte[] bytes, NativeLong count)
        throws LastErrorException;

    static native int close(int descriptor) throws LastErrorException;
  }
}
