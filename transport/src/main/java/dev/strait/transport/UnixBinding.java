package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A Unix domain socket in the file system that is being served.
 *
 * <p>A live server is never pushed aside: its lock, and then a connect that is not refused, prove
 * life. Only a socket is ever removed, and at the end only our own.
 *
 * <p>Whoever deletes the socket's file cuts the server off from newcomers. So the accepting thread
 * looks about once a second whether the file is there, and binds again if it is gone. If something
 * else is in its place, or binding fails, it says so once and keeps looking. Connections live on.
 */
final class UnixBinding implements Binding {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final IpcAddress address;
  private final Path path;
  private final TransportOptions options;
  private final Selector selector;

  /** Held while the files are made or removed, which takes a few system calls. */
  private final ReentrantLock files = new ReentrantLock();

  @GuardedBy("files")
  private @Nullable ServerLock held;

  @GuardedBy("files")
  private FileStat lockFile;

  private volatile BoundSocket socket; // written under files
  private volatile @Nullable ServerSocketChannel retired; // set under files

  @GuardedBy("files")
  private boolean closed;

  // Used by the accepting thread only.
  private long lastLook;
  private boolean told;

  private UnixBinding(
      IpcAddress address,
      Path path,
      TransportOptions options,
      Selector selector,
      ServerLock held,
      FileStat lockFile,
      BoundSocket socket) {
    this.address = address;
    this.path = path;
    this.options = options;
    this.selector = selector;
    this.held = held;
    this.lockFile = lockFile;
    this.socket = socket;
    this.lastLook = options.ticker().nanoTime();
  }

  static UnixBinding bind(IpcAddress address, Path path, TransportOptions options)
      throws IOException {
    try {
      Path directory = UnixDirectory.of(path);
      UnixDirectory.createIfMissing(directory, address);
      UnixDirectory.check(directory, address);
      ServerLock held = ServerLock.take(lockFile(path), address);
      try {
        removeStaleSocket(address, path);
        return listen(address, path, options, held);
      } catch (IOException | RuntimeException | Error e) {
        held.release();
        throw e;
      }
    } catch (IOException e) {
      throw UnixFailure.naming("cannot serve " + address, e);
    }
  }

  private static UnixBinding listen(
      IpcAddress address, Path path, TransportOptions options, ServerLock held) throws IOException {
    FileStat lockFile = FileStat.ofLink(lockFile(path));
    Selector selector = Selector.open();
    try {
      BoundSocket socket = bindAndRegister(address, path, options, selector);
      return new UnixBinding(address, path, options, selector, held, lockFile, socket);
    } catch (IOException | RuntimeException | Error e) {
      selector.close();
      throw e;
    }
  }

  private static BoundSocket bindAndRegister(
      IpcAddress address, Path path, TransportOptions options, Selector selector)
      throws IOException {
    BoundSocket bound = BoundSocket.bind(address, path, options);
    try {
      bound.channel().register(selector, SelectionKey.OP_ACCEPT);
      return bound;
    } catch (IOException | RuntimeException | Error e) {
      bound.unlink();
      bound.channel().close();
      throw e;
    }
  }

  /** The file that {@link ServerLock} locks. */
  private static Path lockFile(Path path) {
    return path.resolveSibling(path.getFileName() + ".lock");
  }

  private static void removeStaleSocket(IpcAddress address, Path path) throws IOException {
    FileStat found = BoundSocket.found(path);
    if (found == null) {
      return;
    }
    if (!found.isSocket()) {
      throw new BindException(
          "cannot serve " + address + ": there is a " + found.type() + " at its path");
    }
    if (!isDead(path, address)) {
      throw new BindException(address + " is in use by a live server: it takes connections");
    }
    FileStat probed = BoundSocket.found(path);
    if (probed != null && probed.sameFile(found)) {
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
      lookAfterFile();
      SocketChannel channel = next();
      if (channel == null) {
        selector.select(UnixBinding::nothing, TimeUnit.NANOSECONDS.toMillis(LOOK_NANOS));
        channel = next();
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

  /** Who waits at the retired socket comes first: nobody new can get there. */
  private @Nullable SocketChannel next() throws IOException {
    ServerSocketChannel old = retired;
    if (old != null) {
      SocketChannel waited = old.accept();
      if (waited != null) {
        return waited;
      }
      retired = null;
      old.close();
      // A registered channel keeps its descriptor until the selector lets it go.
      selector.selectNow(UnixBinding::nothing);
    }
    return socket.channel().accept();
  }

  /** Binds again if the socket's file was deleted, not more often than once a second. */
  private void lookAfterFile() {
    long now = options.ticker().nanoTime();
    if (now - lastLook < LOOK_NANOS) {
      return;
    }
    lastLook = now;
    try {
      boolean rebound = rebindIfDeleted();
      told = false;
      if (rebound) {
        Log.warn("the socket file of " + address + " was deleted; bound it again");
      }
    } catch (IOException e) {
      if (!told) {
        Log.warn(address + " is cut off from newcomers; trying again", e);
      }
      told = true;
    }
  }

  /**
   * @return whether it was deleted, and is there again
   * @throws IOException if no newcomer gets to this server
   */
  boolean rebindIfDeleted() throws IOException {
    files.lock();
    try {
      if (closed || retired != null) {
        return false;
      }
      FileStat found = BoundSocket.found(path);
      if (found == null) {
        rebind();
        return true;
      }
      if (!found.sameFile(socket.file())) {
        throw new BindException(
            "there is a " + found.type() + " at the path of " + address + " which is not its own");
      }
      return false;
    } catch (IOException e) {
      throw UnixFailure.naming("the socket file of " + address + " was deleted", e);
    } finally {
      files.unlock();
    }
  }

  @GuardedBy("files")
  private void rebind() throws IOException {
    // Whoever deleted the socket may have put another directory there as well.
    UnixDirectory.check(UnixDirectory.of(path), address);
    renewLock();
    BoundSocket fresh = bindAndRegister(address, path, options, selector);
    retired = socket.channel();
    socket = fresh;
  }

  /** If the lock's file was deleted too, our lock tells nobody anything any more. */
  @GuardedBy("files")
  private void renewLock() throws IOException {
    FileStat found = BoundSocket.found(lockFile(path));
    if (held != null && found != null && found.sameFile(lockFile)) {
      return;
    }
    releaseLock();
    held = ServerLock.take(lockFile(path), address);
    lockFile = FileStat.ofLink(lockFile(path));
  }

  @Override
  public void close() {
    files.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        closeSockets();
      } finally {
        releaseLock();
      }
    } finally {
      files.unlock();
    }
  }

  @GuardedBy("files")
  private void releaseLock() {
    ServerLock lock = held;
    held = null;
    if (lock != null) {
      lock.release();
    }
  }

  private void closeSockets() {
    try {
      socket.unlink();
    } catch (NoSuchFileException e) {
      // Somebody deleted it, which is their right.
    } catch (IOException e) {
      Log.warn("cannot delete the socket of " + address, e);
    }
    try {
      socket.channel().close();
      ServerSocketChannel old = retired;
      if (old != null) {
        old.close();
      }
      selector.close();
    } catch (IOException e) {
      Log.warn("cannot close " + address + " in order", e);
    }
  }

  /** Nothing but accepting can be due. */
  private static void nothing(SelectionKey key) {}
}
