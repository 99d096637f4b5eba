package dev.strait.benchmarks.calls;

import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.logging.Level;
import java.util.logging.Logger;

/** gRPC-Java over a Unix socket, which needs Netty's native epoll. */
final class NettyUnix {
  /** gRPC asks for TCP's keepalive on each connection, and Netty warns that this one has none. */
  private static final Logger BOOTSTRAP = Logger.getLogger("io.netty.bootstrap");

  static {
    BOOTSTRAP.setLevel(Level.SEVERE);
  }

  /** One loop each side, as with one connection, and whatever the number of channels. */
  private static final EventLoopGroup LOOP = loop();

  private NettyUnix() {}

  static NettyServerBuilder server(String socket) {
    return NettyServerBuilder.forAddress(new DomainSocketAddress(socket))
        .channelType(EpollServerDomainSocketChannel.class)
        .bossEventLoopGroup(LOOP)
        .workerEventLoopGroup(LOOP);
  }

  static NettyChannelBuilder channel(String socket) {
    return NettyChannelBuilder.forAddress(new DomainSocketAddress(socket))
        .channelType(EpollDomainSocketChannel.class)
        .eventLoopGroup(LOOP)
        // Otherwise the path of the socket would travel as the authority.
        .overrideAuthority("localhost")
        .usePlaintext();
  }

  private static EventLoopGroup loop() {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("epoll", true), EpollIoHandler.newFactory());
  }
}
