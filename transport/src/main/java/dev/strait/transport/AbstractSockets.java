package dev.strait.transport;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketCredentials;
import org.newsclub.net.unix.ConnectionRefusedSocketException;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * Unix domain sockets in Linux's abstract namespace, by junixsocket. Nothing else in this package
 * touches it, so other kinds of endpoint do not pay for loading it.
 *
 * <p>An abstract name has neither directory nor lock: the credentials alone decide.
 */
final class AbstractSockets {
  private AbstractSockets() {}

  static void requireSupport(IpcAddress address) {
    if (!AFUNIXSocket.isSupported()) {
      throw new UnsupportedOperationException(
          address + " needs junixsocket's native library, which cannot be loaded here");
    }
  }

  private static AFUNIXSocketAddress abstractName(IpcAddress address) throws IOException {
    byte[] name = address.name().getBytes(StandardCharsets.UTF_8);
    byte[] withNul = new byte[name.length + 1];
    System.arraycopy(name, 0, withNul, 1, name.length);
    return AFUNIXSocketAddress.of(withNul);
  }

  static Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    while (true) {
      AFUNIXSocketChannel channel = open(address);
      if (channel != null) {
        return new ThreadedLink(
            address, options, new SocketDuplex((AFUNIXSocket) channel.socket()));
      }
      attempt.pause(null);
    }
  }

  /** Connects once; null if the backlog is full (the connect never completes then). */
  private static @Nullable AFUNIXSocketChannel open(IpcAddress address) throws IOException {
    AFUNIXSocketChannel channel = AFUNIXSocketChannel.open();
    boolean connected = false;
    try {
      channel.configureBlocking(false);
      if (channel.connect(abstractName(address))) {
        channel.configureBlocking(true);
        connected = true;
        return channel;
      }
      return null;
    } catch (ConnectionRefusedSocketException e) {
      ConnectException nobody = new ConnectException("nobody serves " + address);
      nobody.initCause(e);
      throw nobody;
    } catch (ClosedByInterruptException e) {
      InterruptedIOException interrupted =
          new InterruptedIOException("interrupted while connecting to " + address);
      interrupted.initCause(e);
      throw interrupted;
    } catch (SocketException e) {
      throw new SocketException("cannot connect to " + address + ": " + e.getMessage());
    } finally {
      if (!connected) {
        channel.close();
      }
    }
  }

  static Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    refuseIfServed(address);
    AFUNIXServerSocket server = AFUNIXServerSocket.newInstance();
    try {
      // On by default: the first moves a live socket aside, the second is about files.
      server.setReuseAddress(false);
      server.setDeleteOnClose(false);
      server.bind(abstractName(address), options.backlog());
      return new AbstractBinding(address, options, server);
    } catch (IOException | RuntimeException | Error e) {
      server.close();
      if (e instanceof SocketException) {
        BindException failed = new BindException("cannot serve " + address + ": " + e.getMessage());
        failed.initCause(e);
        throw failed;
      }
      throw e;
    }
  }

  /** junixsocket's bind connects to a name in use, and hangs there if the backlog is full. */
  private static void refuseIfServed(IpcAddress address) throws IOException {
    try {
      AFUNIXSocketChannel probe = open(address);
      if (probe != null) {
        probe.close();
      }
    } catch (ConnectException e) {
      return;
    }
    throw new BindException(address + " is in use by a live server");
  }

  private static final class AbstractBinding implements Binding {
    private final IpcAddress address;
    private final TransportOptions options;
    private final AFUNIXServerSocket server;

    /**
     * Held while a thread accepts, so that the socket is closed with nobody inside: its descriptor
     * could be another's before the accepting thread has entered the kernel with it.
     */
    private final ReentrantLock accepting = new ReentrantLock();

    private volatile boolean closed;

    AbstractBinding(IpcAddress address, TransportOptions options, AFUNIXServerSocket server) {
      this.address = address;
      this.options = options;
      this.server = server;
    }

    @Override
    public @Nullable Link accept() throws IOException {
      accepting.lock();
      try {
        if (closed) {
          return null;
        }
        AFUNIXSocket socket = server.accept();
        if (closed) {
          socket.close();
          return null;
        }
        return new ThreadedLink(address, options, new SocketDuplex(socket));
      } finally {
        accepting.unlock();
      }
    }

    @Override
    public void close() {
      closed = true;
      if (!accepting.tryLock()) {
        wakeAccepting();
        accepting.lock();
      }
      try {
        server.close();
      } catch (IOException e) {
        Log.warn("cannot close " + address + " in order", e);
      } finally {
        accepting.unlock();
      }
    }

    /** By a connect of our own. If the backlog has no room for it nobody waits. */
    private void wakeAccepting() {
      try {
        AFUNIXSocketChannel wakeup = open(address);
        if (wakeup != null) {
          wakeup.close();
        }
      } catch (IOException e) {
        // No descriptors left, for instance. Better at some risk than never.
        try {
          server.close();
        } catch (IOException suppressed) {
          Log.warn("cannot wake the thread that accepts on " + address, suppressed);
        }
      }
    }
  }

  /** The streams of a socket: only a link's own threads enter them. */
  private record SocketDuplex(AFUNIXSocket socket) implements ThreadedLink.Duplex {
    @Override
    public InputStream input() throws IOException {
      return socket.getInputStream();
    }

    /**
     * Not the socket's own stream, which closes the socket when the peer is gone: what that had
     * sent before could not be read any more.
     */
    @Override
    public OutputStream output() throws IOException {
      return FileDescriptorCast.using(socket.getFileDescriptor()).as(FileOutputStream.class);
    }

    @Override
    public PeerCredentials credentials() throws IOException {
      AFUNIXSocketCredentials peer = socket.getPeerCredentials();
      if (peer == null || peer.getUid() < 0 || peer.getGid() < 0) {
        throw new IOException("the kernel tells no identity of the peer");
      }
      return new PeerCredentials(
          peer.getUid(),
          peer.getGid(),
          peer.getPid() > 0 ? peer.getPid() : PeerCredentials.UNKNOWN_PID);
    }

    @Override
    public void shutdownOutput() throws IOException {
      socket.getChannel().shutdownOutput();
    }

    /** Through the channel: from Java 25 on the socket's own methods think it is not connected. */
    @Override
    public void shutdown() {
      try {
        socket.getChannel().shutdownInput();
      } catch (IOException e) {
        // The peer is gone already; the other direction still has to be shut.
      }
      try {
        socket.getChannel().shutdownOutput();
      } catch (IOException e) {
        // As above.
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // There is nobody left to whom it matters.
      }
    }
  }
}
