package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/** Raw Unix sockets: the JDK's and junixsocket's. */
enum Sockets {
  NIO {
    @Override
    ServerSocketChannel openServer() throws IOException {
      return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    SocketChannel open() throws IOException {
      return SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    SocketAddress address(String path) {
      return UnixDomainSocketAddress.of(path);
    }
  },

  JUNIXSOCKET {
    @Override
    ServerSocketChannel openServer() throws IOException {
      return AFUNIXServerSocketChannel.open();
    }

    @Override
    SocketChannel open() throws IOException {
      return AFUNIXSocketChannel.open();
    }

    @Override
    SocketAddress address(String path) throws IOException {
      return AFUNIXSocketAddress.of(Path.of(path));
    }
  };

  abstract ServerSocketChannel openServer() throws IOException;

  abstract SocketChannel open() throws IOException;

  abstract SocketAddress address(String path) throws IOException;

  /** Serves one connection. */
  AutoCloseable serve(String path, Service service, boolean spin) throws IOException {
    ServerSocketChannel server = openServer();
    server.bind(address(path));
    Listener.serve(() -> end(server.accept(), spin), service);
    return server;
  }

  End connect(String path, boolean spin) throws IOException {
    SocketChannel channel = open();
    channel.connect(address(path));
    return end(channel, spin);
  }

  private static End end(SocketChannel channel, boolean spin) throws IOException {
    channel.configureBlocking(!spin);
    return new SocketEnd(channel);
  }
}
