package dev.strait.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The connecting side of {@code unix:}. */
final class UnixSockets {
  private UnixSockets() {}

  /** Connects, after checking that no stranger could have planted the socket. */
  static Link connect(IpcAddress address, Path path, ConnectAttempt attempt) throws IOException {
    try {
      UnixDirectory.check(UnixDirectory.of(path), address);
      FileStat stat = FileStat.ofLink(path);
      if (!stat.isSocket()) {
        throw new ConnectException("there is a " + stat.type() + ", not a socket");
      }
      return new SocketLink(openInTime(path, attempt));
    } catch (NoSuchFileException e) {
      throw caused(
          new ConnectException(
              "nobody serves "
                  + address
                  + ": no such file: "
                  + UnixFailure.shown(String.valueOf(e.getFile()))),
          e);
    } catch (ConnectException e) {
      throw caused(new ConnectException("nobody serves " + address + ": " + e.getMessage()), e);
    } catch (BindException e) {
      // What the JDK makes of EACCES.
      throw caused(
          new AccessDeniedException(path.toString(), null, "not allowed to connect to " + address),
          e);
    } catch (FileSystemException | SocketException e) {
      throw UnixFailure.naming("cannot connect to " + address, e);
    }
  }

  private static SocketChannel openInTime(Path path, ConnectAttempt attempt) throws IOException {
    while (true) {
      IOException refusal = null;
      try {
        SocketChannel channel = open(path);
        if (channel != null) {
          return channel;
        }
      } catch (SocketException e) {
        // ConnectException and BindException are final; this one is what JDK 17 makes of the EAGAIN
        // of a full backlog, among rarer things that are told when the time is up.
        if (e.getClass() != SocketException.class) {
          throw e;
        }
        refusal = e;
      }
      attempt.pause(refusal);
    }
  }

  /**
   * Connects once.
   *
   * @return null if the connect is pending, which some JDKs make of a full backlog. Unlike one of
   *     TCP it never completes
   * @throws NoSuchFileException if there is no such socket
   * @throws ConnectException if nobody listens
   * @throws SocketException for anything else, a full backlog included (JDK 17)
   */
  static @Nullable SocketChannel open(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean connected = false;
    try {
      channel.configureBlocking(false);
      connected = channel.connect(UnixDomainSocketAddress.of(path));
      return connected ? channel : null;
    } catch (ConnectException | BindException e) {
      throw e;
    } catch (IOException e) {
      // The JDK has no type for ENOENT here, but lstat has.
      FileStat.ofLink(path);
      throw e;
    } finally {
      if (!connected) {
        channel.close();
      }
    }
  }

  private static <E extends IOException> E caused(E exception, Throwable cause) {
    exception.initCause(cause);
    return exception;
  }
}
