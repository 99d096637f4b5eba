package dev.strait.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix domain socket in the file system that is being served.
 *
 * <p>A live server is never pushed aside: its lock, and then a connect that is not refused, prove
 * life. Only a socket is ever removed, and at the end only our own.
 */
final class UnixBinding implements Binding {
  private final IpcAddress address;
  private final Path path;
  private final ServerLock held;
  private final ServerSocketChannel server;
  private final Selector selector;
  private final FileStat socket;
  private final Object lock = new Object();
  private boolean closed; // guarded by lock

  private UnixBinding(
      IpcAddress address,
      Path path,
      ServerLock held,
      ServerSocketChannel server,
      Selector selector,
      FileStat socket) {
    this.address = address;
    this.path = path;
    this.held = held;
    this.server = server;
    this.selector = selector;
    this.socket = socket;
  }

  static UnixBinding bind(IpcAddress address, Path path, TransportOptions options)
      throws IOException {
    Path directory = UnixDirectory.of(path);
    UnixDirectory.createIfMissing(directory, address);
    UnixDirectory.check(directory, address);
    ServerLock held = ServerLock.take(path.resolveSibling(path.getFileName() + ".lock"), address);
    try {
      removeStaleSocket(address, path);
      return listen(address, path, options, held);
    } catch (IOException | RuntimeException | Error e) {
      held.release();
      throw e;
    }
  }

  private static UnixBinding listen(
      IpcAddress address, Path path, TransportOptions options, ServerLock held) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Selector selector = null;
    boolean bound = false;
    try {
      selector = Selector.open();
      server.bind(UnixDomainSocketAddress.of(path), options.backlog());
      bound = true;
      // The kernel gave it 0666 less the umask. Until now only the gate stood in the way.
      Files.setPosixFilePermissions(path, options.socketMode());
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      return new UnixBinding(address, path, held, server, selector, FileStat.ofLink(path));
    } catch (IOException | RuntimeException | Error e) {
      server.close();
      if (selector != null) {
        selector.close();
      }
      if (bound) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  private static void removeStaleSocket(IpcAddress address, Path path) throws IOException {
    FileStat found;
    try {
      found = FileStat.ofLink(path);
    } catch (NoSuchFileException e) {
      return;
    }
    if (!found.isSocket()) {
      throw new BindException(
          "cannot serve " + address + ": there is a " + found.type() + " at its path");
    }
    if (!isDead(path, address)) {
      throw new BindException(address + " is in use by a live server: it takes connections");
    }
    if (FileStat.ofLink(path).sameFile(found)) {
      Files.delete(path);
    }
  }

  /** Only a refused connect, or a file that is gone, means dead. A full backlog is life. */
  private static boolean isDead(Path path, IpcAddress address) throws IOException {
    try {
      SocketChannel probe = UnixSockets.open(path);
      if (probe != null) {
        probe.close();
      }
      return false;
    } catch (ConnectException | NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      BindException unknown =
          new BindException(
              address + " may be in use by a live server, cannot tell: " + e.getMessage());
      unknown.initCause(e);
      throw unknown;
    }
  }

  @Override
  public @Nullable Link accept() throws IOException {
    try {
      SocketChannel channel = server.accept();
      if (channel == null) {
        selector.select(key -> {});
        channel = server.accept();
      }
      if (channel == null) {
        return null;
      }
      try {
        channel.configureBlocking(false);
        return new SocketLink(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (ClosedSelectorException e) {
      return null;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      unlinkOwnSocket();
      server.close();
      selector.close();
    } catch (IOException e) {
      Log.warn("cannot close " + address + " in order", e);
    } finally {
      held.release();
    }
  }

  private void unlinkOwnSocket() {
    try {
      if (FileStat.ofLink(path).sameFile(socket)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody deleted it, which is their right.
    } catch (IOException e) {
      Log.warn("cannot delete the socket of " + address, e);
    }
  }
}
