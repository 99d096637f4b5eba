package dev.strait.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One side's ends of the two FIFOs of a connection: a channel per direction, because a channel that
 * reads and writes does one thing at a time.
 *
 * <p>Opening one end of a FIFO blocks until the other is open, in a way that nothing interrupts; so
 * both are held open at both ends meanwhile.
 */
final class PipeEnds implements ThreadedLink.Duplex {
  private final FileChannel in;
  private final FileChannel out;
  private @Nullable FileChannel holdsIn;
  private @Nullable FileChannel holdsOut;

  private PipeEnds(FileChannel in, FileChannel out, FileChannel holdsIn, FileChannel holdsOut) {
    this.in = in;
    this.out = out;
    this.holdsIn = holdsIn;
    this.holdsOut = holdsOut;
  }

  /** Opens both. They stay held until {@link #letGo}. */
  static PipeEnds open(Path in, Path out) throws IOException {
    FileChannel[] opened = new FileChannel[4];
    try {
      opened[0] = open(in, StandardOpenOption.READ, StandardOpenOption.WRITE);
      opened[1] = open(out, StandardOpenOption.READ, StandardOpenOption.WRITE);
      opened[2] = open(in, StandardOpenOption.READ);
      opened[3] = open(out, StandardOpenOption.WRITE);
      return new PipeEnds(opened[2], opened[3], opened[0], opened[1]);
    } catch (IOException | RuntimeException | Error e) {
      for (FileChannel channel : opened) {
        closeQuietly(channel);
      }
      throw e;
    }
  }

  static FileChannel open(Path file, StandardOpenOption... how) throws IOException {
    Set<OpenOption> options = new HashSet<>(Set.of(how));
    options.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(file, options);
  }

  /** From now on the end of the peer shows. */
  void letGo() {
    closeQuietly(holdsIn);
    closeQuietly(holdsOut);
    holdsIn = null;
    holdsOut = null;
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
  public PeerCredentials credentials() throws IOException {
    throw new IOException("pipes tell no identity");
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
    letGo();
    shutdown();
  }

  static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // There is nobody left to whom it matters.
    }
  }
}
