package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Unix domain socket of the JDK in non-blocking mode, in which reads and writes are not
 * interruptible (ADR 4). The JDK itself sees to it that a close waits for the threads inside a
 * call.
 */
final class SocketLink implements Link {
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final SocketChannel channel;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable Selector selector;

  @GuardedBy("lock")
  private @Nullable SelectionKey key; // set once

  @GuardedBy("lock")
  private boolean wakeupPending;

  @GuardedBy("lock")
  private boolean closed;

  private volatile boolean atEnd;
  private volatile @Nullable IOException waitFailure;

  /** Takes the channel over. It must be connected and in non-blocking mode. */
  SocketLink(SocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public PeerCredentials credentials() throws IOException {
    return SocketCredentials.of(channel);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      int n = channel.read(target);
      if (n < 0) {
        atEnd = true;
      }
      return n;
    } catch (ClosedChannelException e) {
      IOException why = waitFailure;
      throw why == null ? e : why;
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return channel.write(source);
  }

  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    try {
      SelectionKey registered = key();
      if (registered == null) {
        return;
      }
      // At the end a socket stays readable for ever: no longer a reason to wake up.
      int interest =
          (atEnd ? 0 : SelectionKey.OP_READ) | (alsoWritable ? SelectionKey.OP_WRITE : 0);
      if (registered.interestOps() != interest) {
        registered.interestOps(interest);
      }
      select(registered.selector(), timeoutNanos);
    } catch (CancelledKeyException | ClosedSelectorException e) {
      // Closed meanwhile: the caller finds that out from its next operation.
    } catch (IOException e) {
      // No descriptors left, for instance. Not to wait would be a busy loop: the next read tells.
      waitFailure = new IOException("cannot wait for the peer: " + e.getMessage(), e);
      close();
    }
  }

  private static void select(Selector selector, long timeoutNanos) throws IOException {
    if (timeoutNanos <= 0) {
      selector.selectNow(SocketLink::nothing);
    } else if (timeoutNanos == Long.MAX_VALUE) {
      selector.select(SocketLink::nothing);
    } else {
      // Rounded up: a wait of less than a millisecond would otherwise become a busy loop.
      selector.select(SocketLink::nothing, (timeoutNanos - 1) / NANOS_PER_MILLI + 1);
    }
  }

  /**
   * The key of the selector, which is opened at the first wait: a connection that spins needs none.
   */
  private @Nullable SelectionKey key() throws IOException {
    synchronized (lock) {
      if (closed) {
        return null;
      }
      if (key == null) {
        Selector opened = Selector.open();
        try {
          key = channel.register(opened, SelectionKey.OP_READ);
        } catch (IOException | RuntimeException e) {
          opened.close();
          throw e;
        }
        selector = opened;
        if (wakeupPending) {
          opened.wakeup();
        }
      }
      return key;
    }
  }

  @Override
  public void wakeup() {
    synchronized (lock) {
      if (selector == null) {
        wakeupPending = true;
      } else {
        selector.wakeup();
      }
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    Selector opened;
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      opened = selector;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // There is nobody left to whom it matters.
    }
    try {
      // A registered channel keeps its descriptor until the selector lets it go.
      if (opened != null) {
        opened.close();
      }
    } catch (IOException e) {
      // As above.
    }
  }

  /** What is selected is known already. */
  private static void nothing(SelectionKey key) {}
}
