package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A socket channel as it is. A non-blocking one is asked again at once: it spins. */
final class SocketEnd implements End {
  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);

  SocketEnd(SocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public void send(ByteBuffer data) throws IOException {
    while (data.hasRemaining()) {
      if (channel.write(data) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Override
  public boolean receive(Sink sink) throws IOException {
    int read = channel.read(in.clear());
    while (read == 0) {
      Thread.onSpinWait();
      read = channel.read(in);
    }
    if (read > 0) {
      sink.accept(in.flip());
    }
    return read > 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
