package dev.strait.compatibility;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** What carries the calls of a test. */
enum Wire {
  UNIX,
  MEMORY,
  /** gRPC's own, over the loopback: shows that what a test expects is what gRPC does. */
  GRPC;

  private static final AtomicInteger NAMES = new AtomicInteger();

  /** An address that nobody uses. */
  SocketAddress newAddress(Path directory) {
    return switch (this) {
      case UNIX -> IpcAddress.of("unix:" + directory.resolve("s" + NAMES.incrementAndGet()));
      case MEMORY -> IpcAddress.of("memory:compatibility-" + NAMES.incrementAndGet());
      case GRPC -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    };
  }

  ServerBuilder<?> serverBuilder(SocketAddress address) {
    return this == GRPC
        ? NettyServerBuilder.forAddress(address)
        : TestBuilders.server((IpcAddress) address);
  }

  ManagedChannelBuilder<?> channelBuilder(Server server) {
    SocketAddress address = server.getListenSockets().get(0);
    return this == GRPC
        ? NettyChannelBuilder.forAddress(address).usePlaintext()
        : TestBuilders.channel((IpcAddress) address);
  }

  boolean isStrait() {
    return this != GRPC;
  }
}
