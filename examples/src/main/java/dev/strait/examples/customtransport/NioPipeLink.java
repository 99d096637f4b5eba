package dev.strait.examples.customtransport;

import dev.strait.transport.Link;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One end of a connection: it reads one pipe and writes the other.
 *
 * <p>Both channels are in non-blocking mode, in which an interrupt does not close them. The JDK
 * keeps their descriptors until no thread is inside a call.
 */
final class NioPipeLink implements Link {
  private final Pipe.SourceChannel in;
  private final Pipe.SinkChannel out;
  private final Selector selector = Selector.open();
  private final SelectionKey readable;
  private volatile boolean atEnd;

  /** Both ends of a connection. */
  record Pair(NioPipeLink client, NioPipeLink server) {}

  private NioPipeLink(Pipe.SourceChannel in, Pipe.SinkChannel out) throws IOException {
    this.in = in;
    this.out = out;
    in.configureBlocking(false);
    out.configureBlocking(false);
    readable = in.register(selector, SelectionKey.OP_READ);
  }

  /** A new connection, or none of its descriptors if there are too few of them. */
  static Pair pair() throws IOException {
    List<Closeable> opened = new ArrayList<>();
    try {
      Pipe up = Pipe.open();
      opened.addAll(List.of(up.source(), up.sink()));
      Pipe down = Pipe.open();
      opened.addAll(List.of(down.source(), down.sink()));
      NioPipeLink client = new NioPipeLink(down.source(), up.sink());
      opened.add(client::close);
      return new Pair(client, new NioPipeLink(up.source(), down.sink()));
    } catch (IOException e) {
      for (Closeable each : opened) {
        each.close();
      }
      throw e;
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int n = in.read(target);
    if (n < 0) {
      atEnd = true;
    }
    return n;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return out.write(source);
  }

  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    try {
      // At its end a pipe stays readable for ever: no longer a reason to wake up.
      readable.interestOps(atEnd ? 0 : SelectionKey.OP_READ);
      if (alsoWritable && out.isOpen()) {
        awaitBoth(timeoutNanos);
      } else {
        select(timeoutNanos);
      }
    } catch (CancelledKeyException | ClosedChannelException | ClosedSelectorException e) {
      // Closed meanwhile: the caller finds that out from its next read or write.
    } catch (IOException e) {
      // Not to wait would be a busy loop. So the next read fails.
      close();
    }
  }

  /** The writing end is with the selector for this wait only: so a close ends it at once. */
  private void awaitBoth(long timeoutNanos) throws IOException {
    SelectionKey writable = out.register(selector, SelectionKey.OP_WRITE);
    try {
      select(timeoutNanos);
    } finally {
      writable.cancel();
      selector.selectNow();
    }
  }

  /** Rounds up, since a wait of no milliseconds is one without end. Ends early on an interrupt. */
  private void select(long timeoutNanos) throws IOException {
    selector.select(key -> {}, TimeUnit.NANOSECONDS.toMillis(Math.max(0, timeoutNanos)) + 1);
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  /** The peer reads what is in the pipe, and then its end. */
  @Override
  public void shutdownOutput() throws IOException {
    out.close();
    selector.wakeup();
  }

  @Override
  public void close() {
    for (Closeable each : List.of(in, out, selector)) {
      try {
        each.close();
      } catch (IOException e) {
        // There is nobody left to whom it matters.
      }
    }
  }
}
