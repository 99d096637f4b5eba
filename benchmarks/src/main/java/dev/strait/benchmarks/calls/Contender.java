package dev.strait.benchmarks.calls;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.WaitStrategy;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;

/** Who is measured, and how both of its sides are set up. */
public enum Contender {
  /** Strait with its defaults. */
  STRAIT {
    @Override
    String address(Path directory) {
      return "unix:" + directory.resolve("s.sock");
    }
  },

  /** Strait whose threads never spin. */
  STRAIT_NO_SPIN {
    @Override
    String address(Path directory) {
      return STRAIT.address(directory);
    }

    @Override
    ServerBuilder<?> server(String address) {
      return IpcServerBuilder.forAddress(IpcAddress.of(address))
          .waitStrategy(WaitStrategy.parking());
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return IpcChannelBuilder.forAddress(IpcAddress.of(address))
          .waitStrategy(WaitStrategy.parking());
    }
  },

  /** Strait over a socket in Linux's abstract namespace. */
  STRAIT_ABSTRACT {
    @Override
    String address(Path directory) {
      return "unix-abstract:strait-benchmark-" + UUID.randomUUID();
    }
  },

  /** Strait over named pipes. */
  STRAIT_PIPE {
    @Override
    String address(Path directory) {
      return "pipe:" + directory.resolve("pipe");
    }
  },

  /** gRPC-Java over a Unix socket at its best: no hand-off to a thread pool on either side. */
  GRPC_DIRECT {
    @Override
    String address(Path directory) {
      return directory.resolve("s.sock").toString();
    }

    @Override
    ServerBuilder<?> server(String address) {
      return NettyUnix.server(address).directExecutor();
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return NettyUnix.channel(address).directExecutor();
    }
  },

  /** gRPC-Java over a Unix socket as it comes. */
  GRPC_DEFAULT {
    @Override
    String address(Path directory) {
      return GRPC_DIRECT.address(directory);
    }

    @Override
    ServerBuilder<?> server(String address) {
      return NettyUnix.server(address);
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return NettyUnix.channel(address);
    }
  },

  /** gRPC-Java over TCP loopback as it comes. The address is the port. */
  GRPC_TCP {
    @Override
    String address(Path directory) {
      return "0";
    }

    @Override
    ServerBuilder<?> server(String address) {
      return NettyServerBuilder.forAddress(loopback(address));
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return NettyChannelBuilder.forAddress(loopback(address)).usePlaintext();
    }

    @Override
    String addressOf(Server started, String address) {
      return Integer.toString(started.getPort());
    }
  },

  /** gRPC-Java's in-process transport without a hand-off: no process boundary, no bytes. */
  GRPC_INPROCESS_DIRECT {
    @Override
    String address(Path directory) {
      return GRPC_INPROCESS.address(directory);
    }

    @Override
    boolean inThisProcess() {
      return true;
    }

    @Override
    ServerBuilder<?> server(String address) {
      return GRPC_INPROCESS.server(address).directExecutor();
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return GRPC_INPROCESS.channel(address).directExecutor();
    }
  },

  /** gRPC-Java's in-process transport as it comes. */
  GRPC_INPROCESS {
    @Override
    String address(Path directory) {
      return InProcessServerBuilder.generateName();
    }

    @Override
    boolean inThisProcess() {
      return true;
    }

    @Override
    ServerBuilder<?> server(String address) {
      return InProcessServerBuilder.forName(address);
    }

    @Override
    public ManagedChannelBuilder<?> channel(String address) {
      return InProcessChannelBuilder.forName(address);
    }
  };

  /** The one with this name, as in {@code grpc-direct}. */
  public static Contender named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Its name, as {@link #named} knows it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where a server is to serve that has this directory to itself. */
  abstract String address(Path directory);

  /** Whether there is no way from one process to another. */
  boolean inThisProcess() {
    return false;
  }

  /** Where its clients find it. */
  String addressOf(Server started, String address) {
    return address;
  }

  ServerBuilder<?> server(String address) {
    return IpcServerBuilder.forAddress(IpcAddress.of(address));
  }

  /** A channel to the address that the server told. */
  public ManagedChannelBuilder<?> channel(String address) {
    return IpcChannelBuilder.forAddress(IpcAddress.of(address));
  }

  private static InetSocketAddress loopback(String port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }
}
