package dev.strait.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/**
 * One side's ends of the two FIFOs of a connection: a channel per direction, because a channel that
 * reads and writes does one thing at a time.
 */
record PipeEnds(FileChannel in, FileChannel out) implements ThreadedLink.Duplex {

  /** Opens one end of each. The end of the peer shows once both are let go of. */
  static PipeEnds open(Fifo in, Fifo out) throws IOException {
    FileChannel reader = in.reader();
    try {
      return new PipeEnds(reader, out.writer());
    } catch (IOException | RuntimeException | Error e) {
      closeQuietly(reader);
      throw e;
    }
  }

  @Override
  public InputStream input() {
    return Channels.newInputStream(in);
  }

  @Override
  public OutputStream output() {
    return Channels.newOutputStream(out);
  }

  @Override
  public void shutdownOutput() throws IOException {
    out.close();
  }

  /** A channel waits for the thread that is inside before it frees the descriptor. */
  @Override
  public void shutdown() {
    closeQuietly(in);
    closeQuietly(out);
  }

  @Override
  public void close() {
    shutdown();
  }

  static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // There is nobody left to whom it matters.
    }
  }
}
