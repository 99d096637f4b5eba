package dev.strait.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket and the file that leads to it. While the socket is open the kernel keeps the
 * file's inode, deleted or not, so no other file is taken for it.
 *
 * @param channel in non-blocking mode
 */
record BoundSocket(Path path, ServerSocketChannel channel, FileStat file) {

  /** Binds at a path where there is nothing. A failure leaves nothing there. */
  static BoundSocket bind(IpcAddress address, Path path, TransportOptions options)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    BoundSocket bound = null;
    try {
      channel.configureBlocking(false);
      listen(channel, address, path, options.backlog());
      bound = new BoundSocket(path, channel, FileStat.ofLink(path));
      // The kernel gave it 0666 less the umask. Until now only the gate stood in the way.
      Files.setPosixFilePermissions(path, options.socketMode());
      return bound;
    } catch (IOException | RuntimeException | Error e) {
      if (bound != null) {
        bound.unlink();
      }
      channel.close();
      throw e;
    }
  }

  private static void listen(
      ServerSocketChannel channel, IpcAddress address, Path path, int backlog) throws IOException {
    try {
      channel.bind(UnixDomainSocketAddress.of(path), backlog);
    } catch (SocketException e) {
      IOException failed = refusal(address, path, e);
      failed.initCause(e);
      throw failed;
    }
  }

  /** The JDK has one type for a name that is taken and for a directory that may not be written. */
  private static IOException refusal(IpcAddress address, Path path, SocketException e)
      throws IOException {
    if (!(e instanceof BindException)) {
      return new FileSystemException(path.toString(), null, e.getMessage());
    }
    return found(path) == null
        ? new AccessDeniedException(path.toString())
        : new BindException("cannot serve " + address + ": " + e.getMessage());
  }

  /** What is at the path now, not following a link; null if nothing. */
  static @Nullable FileStat found(Path path) throws IOException {
    try {
      return FileStat.ofLink(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Deletes the file, if it is still this socket's own. */
  void unlink() throws IOException {
    FileStat there = found(path);
    if (there != null && there.sameFile(file)) {
      Files.delete(path);
    }
  }
}
