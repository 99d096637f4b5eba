package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection of blocking streams, behind two threads of its own: only they enter the blocking
 * (and interruptible) calls, and meet the engine's threads at two bounded rings.
 */
final class ThreadedLink implements Link {
  /** The blocking streams. The link's two threads use them; the rest is for any thread. */
  interface Duplex {
    InputStream input() throws IOException;

    OutputStream output() throws IOException;

    /** As {@link Link#credentials}. */
    default PeerCredentials credentials() throws IOException {
      throw new IOException("peers have no identity here");
    }

    void shutdownOutput() throws IOException;

    /** Makes both threads' blocking calls return, without freeing the descriptor under them. */
    void shutdown();

    /** Frees the descriptor. Called when no thread is inside a call. */
    void close();
  }

  private static final int RING_BYTES = 128 * 1024;
  private static final int MAX_COPY_BYTES = 64 * 1024;

  private final String name;
  private final TransportOptions options;
  private final Duplex duplex;
  private final Signal signal;
  private final Signal readerSignal;
  private final Signal writerSignal;
  private final ByteRing inbound;
  private final ByteRing outbound;
  private final AtomicInteger users = new AtomicInteger(1);
  private final Object lock = new Object();

  @GuardedBy("lock")
  private boolean closed;

  private volatile boolean writing;
  private volatile @Nullable IOException readFailure;
  private volatile @Nullable IOException writeFailure;

  /** Takes {@code duplex} over. */
  ThreadedLink(IpcAddress address, TransportOptions options, Duplex duplex) {
    this.name = address.toString();
    this.options = options;
    this.duplex = duplex;
    this.signal = new Signal(options.ticker());
    this.readerSignal = new Signal(options.ticker());
    this.writerSignal = new Signal(options.ticker());
    this.inbound = new ByteRing(RING_BYTES, signal, readerSignal);
    this.outbound = new ByteRing(RING_BYTES, writerSignal, signal);
  }

  @Override
  public PeerCredentials credentials() throws IOException {
    return duplex.credentials();
  }

  @Override
  public void admitted() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      start("strait-in ", this::readAll);
      start("strait-out ", this::writeAll);
    }
  }

  private void start(String role, Runnable task) {
    users.incrementAndGet();
    try {
      Threads.start(
          options.threadFactory(),
          role + name,
          () -> {
            try {
              task.run();
            } finally {
              leave();
            }
          });
    } catch (RuntimeException | Error e) {
      leave();
      throw e;
    }
  }

  private void readAll() {
    ByteBuffer buffer = ByteBuffer.allocate(ByteRing.FIRST_BYTES);
    try {
      InputStream in = duplex.input();
      for (int n = in.read(buffer.array()); n >= 0; n = in.read(buffer.array())) {
        buffer.clear().limit(n);
        while (buffer.hasRemaining()) {
          if (inbound.write(buffer) == 0) {
            pause(readerSignal);
          }
        }
        buffer = largerIfFilled(buffer, n);
      }
    } catch (IOException | RuntimeException e) {
      readFailure = new IOException("reading from " + name + " failed: " + e.getMessage(), e);
    } finally {
      inbound.end();
    }
  }

  private void writeAll() {
    ByteBuffer buffer = ByteBuffer.allocate(ByteRing.FIRST_BYTES);
    try {
      OutputStream out = duplex.output();
      while (true) {
        buffer.clear();
        // Set before the ring is emptied, so that hasUnsent never misses bytes on their way.
        writing = true;
        int n = outbound.read(buffer);
        if (n < 0) {
          duplex.shutdownOutput();
          return;
        }
        if (n == 0) {
          writing = false;
          pause(writerSignal);
        } else {
          out.write(buffer.array(), 0, n);
          buffer = largerIfFilled(buffer, n);
        }
      }
    } catch (IOException | RuntimeException e) {
      writeFailure = new IOException("writing to " + name + " failed: " + e.getMessage(), e);
      outbound.abandon();
    } finally {
      writing = false;
    }
  }

  /** Both threads begin with what a handshake needs, as their rings do. */
  private static ByteBuffer largerIfFilled(ByteBuffer buffer, int n) {
    return n == buffer.capacity() && n < MAX_COPY_BYTES ? ByteBuffer.allocate(2 * n) : buffer;
  }

  /** An interrupt of these threads means nothing, but would turn every wait into none. */
  private void pause(Signal until) {
    until.await(Long.MAX_VALUE);
    Thread.interrupted();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int n = inbound.read(target);
    IOException failure = readFailure;
    if (n < 0 && failure != null) {
      throw failure;
    }
    return n;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    IOException failure = writeFailure;
    if (failure != null) {
      throw failure;
    }
    return outbound.write(source);
  }

  @Override
  public boolean hasUnsent() {
    return writeFailure == null && (!outbound.isEmpty() || writing);
  }

  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    if (!inbound.hasBytes() && !(alsoWritable && outbound.hasRoomOrSignalsIt())) {
      signal.await(timeoutNanos);
    }
  }

  @Override
  public void wakeup() {
    signal.raise();
  }

  @Override
  public void shutdownOutput() {
    outbound.end();
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    outbound.end();
    inbound.abandon();
    duplex.shutdown();
    signal.raise();
    leave();
  }

  /** The last one out frees the descriptor. */
  private void leave() {
    if (users.decrementAndGet() == 0) {
      duplex.close();
    }
  }
}
