package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The acceptor of every kind of endpoint, over a {@link Binding}. */
final class StreamAcceptor implements Acceptor {
  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final IpcAddress address;
  private final TransportOptions options;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong turnedAway = new AtomicLong();
  private final Signal closing;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private boolean started;

  @GuardedBy("lock")
  private @Nullable Binding binding;

  private volatile boolean closed;

  StreamAcceptor(IpcAddress address, TransportOptions options) {
    this.address = address;
    this.options = options;
    this.closing = new Signal(options.ticker());
  }

  @Override
  public IpcAddress address() {
    return address;
  }

  @Override
  public int openTransports() {
    return open.get();
  }

  @Override
  public long turnedAway() {
    return turnedAway.get();
  }

  @Override
  public void start(Consumer<Transport> onAccept, Runnable onTurnedAway) throws IOException {
    synchronized (lock) {
      if (started || closed) {
        throw new IllegalStateException(
            "the acceptor of " + address + (closed ? " is closed" : " was started before"));
      }
      started = true;
    }
    Binding bound;
    try {
      bound = options.provider().bind(address, options);
    } catch (IOException | RuntimeException | Error e) {
      // A start that failed may be tried again.
      synchronized (lock) {
        started = false;
      }
      throw e;
    }
    synchronized (lock) {
      binding = bound;
    }
    if (closed) {
      bound.close();
      throw new IOException("the acceptor of " + address + " was closed while it started");
    }
    try {
      Threads.start(
          options.threadFactory(),
          "strait-accept " + address,
          () -> acceptAll(bound, onAccept, onTurnedAway));
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void acceptAll(Binding bound, Consumer<Transport> onAccept, Runnable onTurnedAway) {
    // Loaded now: it is needed when no descriptor is left to read a class with.
    Log.prepare();
    long pauseNanos = 0;
    while (!closed) {
      try {
        Link link = bound.accept();
        if (link != null) {
          pauseNanos = 0;
          handOut(link, onAccept, onTurnedAway);
        }
      } catch (IOException | RuntimeException | Error e) {
        if (closed) {
          return;
        }
        // No descriptors left, for instance: the reason lasts, so neither spin nor flood the log.
        if (pauseNanos == 0) {
          Log.warn("cannot accept on " + address + " at present; trying again", e);
        }
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, Math.max(SHORTEST_PAUSE_NANOS, pauseNanos * 2));
        closing.await(pauseNanos);
      }
      // The thread may come from a factory of the application: an interrupt means nothing here, but
      // would turn every wait into none.
      Thread.interrupted();
    }
  }

  private void handOut(Link link, Consumer<Transport> onAccept, Runnable onTurnedAway) {
    if (open.incrementAndGet() > options.maxConnections()) {
      open.decrementAndGet();
      turnAway(link, onTurnedAway);
      return;
    }
    Transport transport = StreamTransport.accepted(address, options, link, open::decrementAndGet);
    try {
      onAccept.accept(transport);
    } catch (RuntimeException | Error e) {
      Log.warn("the receiver of streams accepted on " + address + " threw", e);
      transport.close(new IOException("the accepting side of " + address + " failed", e));
    }
  }

  /** Tells of it before the newcomer can notice. */
  private void turnAway(Link link, Runnable onTurnedAway) {
    try {
      if (turnedAway.getAndIncrement() == 0) {
        Log.warn(
            address
                + " is at its limit of "
                + options.maxConnections()
                + " connections; turning further ones away");
      }
      onTurnedAway.run();
    } finally {
      link.close();
    }
  }

  @Override
  public void close() {
    Binding bound;
    synchronized (lock) {
      closed = true;
      bound = binding;
    }
    if (bound != null) {
      bound.close();
    }
    closing.raise();
  }

  @Override
  public String toString() {
    return "Acceptor(" + address + ")";
  }
}
