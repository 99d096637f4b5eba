package dev.strait.benchmarks.bytes;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Netty with epoll, one loop each side. The server answers on its loop. The client is the thread of
 * a user: it hands bytes to the loop and blocks until the loop hands some back.
 */
final class NettyEnd implements End {
  private final EventLoopGroup loop = eventLoop();
  private final BlockingQueue<ByteBuf> received = new LinkedBlockingQueue<>();
  private final Channel channel;

  private NettyEnd(String path) {
    channel =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .handler(new Receiver())
            .connect(new DomainSocketAddress(path))
            .syncUninterruptibly()
            .channel();
  }

  static AutoCloseable serve(String path, Service service) {
    EventLoopGroup loop = eventLoop();
    new ServerBootstrap()
        .group(loop)
        .channel(EpollServerDomainSocketChannel.class)
        .childHandler(new Acceptance(service))
        .bind(new DomainSocketAddress(path))
        .syncUninterruptibly();
    return () -> end(loop);
  }

  static End connect(String path) {
    return new NettyEnd(path);
  }

  @Override
  public void send(ByteBuffer data) {
    ChannelFuture sent = write(channel, data);
    if (!channel.isWritable()) {
      sent.syncUninterruptibly();
    }
  }

  @Override
  public boolean receive(Sink sink) throws IOException {
    try {
      ByteBuf bytes = received.take();
      boolean more = bytes.isReadable();
      if (more) {
        sink.accept(bytes.nioBuffer());
      }
      bytes.release();
      return more;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    end(loop);
  }

  private static ChannelFuture write(Channel channel, ByteBuffer data) {
    return channel.writeAndFlush(channel.alloc().directBuffer(data.remaining()).writeBytes(data));
  }

  /** On the loop of the channel, so that most writes are done at once. */
  private static void answer(Channel channel, ByteBuffer data) throws IOException {
    ChannelFuture sent = write(channel, data);
    if (sent.isDone() && !sent.isSuccess()) {
      throw new IOException(sent.cause());
    }
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static EventLoopGroup eventLoop() {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("epoll", true), EpollIoHandler.newFactory());
  }

  private final class Receiver extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      received.add((ByteBuf) message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      received.add(Unpooled.EMPTY_BUFFER);
    }
  }

  private static final class Acceptance extends ChannelInitializer<Channel> {
    private final Service service;

    Acceptance(Service service) {
      this.service = service;
    }

    @Override
    protected void initChannel(Channel channel) {
      Sink sink = service.answering(data -> answer(channel, data));
      channel.pipeline().addLast(new Answerer(sink));
    }
  }

  private static final class Answerer extends ChannelInboundHandlerAdapter {
    private final Sink sink;

    Answerer(Sink sink) {
      this.sink = sink;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
      ByteBuf bytes = (ByteBuf) message;
      sink.accept(bytes.nioBuffer());
      bytes.release();
    }
  }
}
