package dev.strait.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** What lstat(2) and stat(2) say about a file, in numbers. */
record FileStat(long device, long inode, int mode, long uid, long gid) {
  private static final String ATTRIBUTES = "unix:dev,ino,mode,uid,gid";
  private static final int TYPE = 0170000;
  private static final int SOCKET = 0140000;
  private static final int SYMLINK = 0120000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int FIFO = 0010000;
  private static final int STICKY = 01000;

  /** Follows a symbolic link. */
  static FileStat of(Path path) throws IOException {
    return from(Files.readAttributes(path, ATTRIBUTES));
  }

  /** Does not follow a symbolic link. */
  static FileStat ofLink(Path path) throws IOException {
    return from(Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS));
  }

  private static FileStat from(Map<String, Object> values) {
    return new FileStat(
        number(values, "dev"),
        number(values, "ino"),
        (int) number(values, "mode"),
        Integer.toUnsignedLong((int) number(values, "uid")),
        Integer.toUnsignedLong((int) number(values, "gid")));
  }

  private static long number(Map<String, Object> values, String name) {
    if (values.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException("the file system does not tell unix:" + name);
  }

  boolean isSocket() {
    return (mode & TYPE) == SOCKET;
  }

  boolean isFifo() {
    return (mode & TYPE) == FIFO;
  }

  boolean isSymlink() {
    return (mode & TYPE) == SYMLINK;
  }

  boolean isDirectory() {
    return (mode & TYPE) == DIRECTORY;
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  boolean isSticky() {
    return (mode & STICKY) != 0;
  }

  /** Whether anybody but the owner and root may add and remove entries. */
  boolean isWritableByStrangers() {
    return (mode & 0002) != 0 || ((mode & 0020) != 0 && gid != 0);
  }

  /** Whether nobody but the owner (and root) has any right. */
  boolean isPrivate() {
    return (mode & 0077) == 0;
  }

  boolean sameFile(FileStat other) {
    return device == other.device && inode == other.inode;
  }

  String permissions() {
    return String.format("%04o", mode & 07777);
  }

  String type() {
    return switch (mode & TYPE) {
      case SOCKET -> "socket";
      case FIFO -> "named pipe";
      case SYMLINK -> "symbolic link";
      case DIRECTORY -> "directory";
      case REGULAR -> "file";
      default -> "special file";
    };
  }
}
