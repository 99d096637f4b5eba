package dev.strait.transport;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The rules for the directory of a socket, the same for who binds and who connects: no stranger may
 * have been able to put another socket, or another directory, in its place.
 *
 * <p>Every directory from the root down belongs to us or root and is writable by nobody else,
 * unless it is sticky, as /tmp is. Symbolic links on the way are root's own.
 */
final class UnixDirectory {
  private static final int MOST_SYMLINKS = 40;

  private UnixDirectory() {}

  /** The directory that holds {@code socket}, absolute. */
  static Path of(Path socket) {
    Path parent = socket.toAbsolutePath().getParent();
    return parent == null ? socket.toAbsolutePath().getRoot() : parent;
  }

  /**
   * Creates the directory with mode 0700 if only it is missing, not its ancestors, which must keep
   * the rules.
   */
  static void createIfMissing(Path directory, IpcAddress address) throws IOException {
    Path parent = directory.getParent();
    if (parent == null || Files.exists(directory)) {
      return;
    }
    try {
      check(parent, address);
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // By another process meanwhile, or a dangling link: the check tells.
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(
          UnixFailure.shown(parent),
          null,
          "missing, so " + UnixFailure.shown(directory) + " cannot be created for " + address);
    }
  }

  /**
   * Applies the rules.
   *
   * @throws AccessDeniedException naming the offending directory and what is wrong with it
   * @throws NoSuchFileException if it does not exist
   */
  static void check(Path directory, IpcAddress address) throws IOException {
    check(directory, address, 0);
  }

  private static void check(Path directory, IpcAddress address, int symlinks) throws IOException {
    Path reached = directory.getRoot();
    checkOne(reached, FileStat.ofLink(reached), address);
    for (Path name : directory) {
      if (name.toString().equals(".")) {
        // Taken along, it would be what a later ".." takes away.
        continue;
      }
      if (name.toString().equals("..")) {
        Path parent = reached.getParent();
        reached = parent == null ? reached : parent;
        continue;
      }
      reached = reached.resolve(name);
      FileStat stat = FileStat.ofLink(reached);
      if (stat.isSymlink()) {
        reached = follow(reached, stat, address, symlinks);
      } else {
        checkOne(reached, stat, address);
      }
    }
  }

  /** Where root's own link leads, which is checked in the same way. */
  private static Path follow(Path link, FileStat stat, IpcAddress address, int symlinks)
      throws IOException {
    if (stat.uid() != 0) {
      throw denied(link, address, "it is a symbolic link of uid " + stat.uid() + ", not of root");
    }
    if (symlinks >= MOST_SYMLINKS) {
      throw denied(link, address, "there are too many symbolic links");
    }
    Path target = link.resolveSibling(Files.readSymbolicLink(link));
    check(target, address, symlinks + 1);
    return target.toRealPath();
  }

  private static void checkOne(Path directory, FileStat stat, IpcAddress address)
      throws IOException {
    if (!stat.isDirectory()) {
      throw new NotDirectoryException(
          UnixFailure.shown(directory) + " (for " + address + ") is a " + stat.type());
    }
    if (stat.uid() != 0 && stat.uid() != OwnIdentity.uid()) {
      throw denied(
          directory,
          address,
          "it belongs to uid " + stat.uid() + ", expected uid " + OwnIdentity.uid() + " or root");
    }
    if (stat.isWritableByStrangers() && !stat.isSticky()) {
      throw denied(
          directory,
          address,
          "others may write to it (mode " + stat.permissions() + ", gid " + stat.gid() + ")");
    }
  }

  private static AccessDeniedException denied(Path path, IpcAddress address, String why) {
    return new AccessDeniedException(
        UnixFailure.shown(path), null, "not a safe place for " + address + ": " + why);
  }
}
