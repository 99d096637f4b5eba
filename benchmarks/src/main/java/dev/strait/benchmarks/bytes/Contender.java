package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;

/** Who is measured, and how both of its ends are opened. */
enum Contender {
  NIO_SPIN {
    @Override
    AutoCloseable serve(String address, Service service) throws IOException {
      return Sockets.NIO.serve(address, service, true);
    }

    @Override
    End connect(String address) throws IOException {
      return Sockets.NIO.connect(address, true);
    }
  },

  NIO_BLOCKING {
    @Override
    AutoCloseable serve(String address, Service service) throws IOException {
      return Sockets.NIO.serve(address, service, false);
    }

    @Override
    End connect(String address) throws IOException {
      return Sockets.NIO.connect(address, false);
    }
  },

  JUNIXSOCKET_SPIN {
    @Override
    AutoCloseable serve(String address, Service service) throws IOException {
      return Sockets.JUNIXSOCKET.serve(address, service, true);
    }

    @Override
    End connect(String address) throws IOException {
      return Sockets.JUNIXSOCKET.connect(address, true);
    }
  },

  JUNIXSOCKET_BLOCKING {
    @Override
    AutoCloseable serve(String address, Service service) throws IOException {
      return Sockets.JUNIXSOCKET.serve(address, service, false);
    }

    @Override
    End connect(String address) throws IOException {
      return Sockets.JUNIXSOCKET.connect(address, false);
    }
  },

  NETTY {
    @Override
    AutoCloseable serve(String address, Service service) {
      return NettyEnd.serve(address, service);
    }

    @Override
    End connect(String address) {
      return NettyEnd.connect(address);
    }
  },

  STRAIT_UNIX {
    @Override
    String address(Path directory) {
      return "unix:" + directory.resolve("s.sock");
    }
  },

  STRAIT_ABSTRACT {
    @Override
    String address(Path directory) {
      return "unix-abstract:strait-benchmark-" + UUID.randomUUID();
    }
  },

  STRAIT_MEMORY {
    @Override
    String address(Path directory) {
      return "memory:strait-benchmark-" + UUID.randomUUID();
    }

    @Override
    boolean inThisProcess() {
      return true;
    }
  },

  STRAIT_PIPE {
    @Override
    String address(Path directory) {
      return "pipe:" + directory.resolve("pipe");
    }
  };

  /** The one with this name, as in {@code nio-spin}. */
  static Contender named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Whether there is no way from one process to another. */
  boolean inThisProcess() {
    return false;
  }

  /** Where a server is to serve that has this directory to itself. */
  String address(Path directory) {
    return directory.resolve("s.sock").toString();
  }

  AutoCloseable serve(String address, Service service) throws IOException {
    return StraitEnd.serve(address, service);
  }

  End connect(String address) throws IOException {
    return StraitEnd.connect(address);
  }
}
