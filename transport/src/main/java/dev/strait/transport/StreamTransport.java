package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The transport of every kind of endpoint: states, listeners and the outbound buffer over a {@link
 * Link}. Its lock guards moves between states; no I/O and no listener runs under it.
 */
final class StreamTransport implements Transport {
  private static final long DISCONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final IpcAddress address;
  private final TransportOptions options;
  private final @Nullable Link accepted;
  private final Runnable onEnd;
  private final BufferPool pool = BufferPool.shared();

  private final StateEvents stateEvents = new StateEvents();
  private final Listeners<DataListener> dataListeners = new Listeners<>();
  private final Listeners<Runnable> writableListeners = new Listeners<>();

  private final Object lock = new Object();
  private volatile TransportState state; // written under lock
  private volatile @Nullable OutboundBuffer outbound; // written under lock; null unless open
  private volatile @Nullable PeerCredentials peer; // written under lock
  private volatile @Nullable IOException reason; // written under lock
  private volatile boolean admitted; // written under lock

  @GuardedBy("lock")
  private boolean gateEntered;

  private StreamTransport(
      IpcAddress address,
      TransportOptions options,
      TransportState state,
      @Nullable Link accepted,
      Runnable onEnd) {
    this.address = address;
    this.options = options;
    this.state = state;
    this.accepted = accepted;
    this.onEnd = onEnd;
  }

  static StreamTransport connecting(IpcAddress address, TransportOptions options) {
    return new StreamTransport(address, options, TransportState.DISCONNECTED, null, () -> {});
  }

  /**
   * Takes the link over.
   *
   * @param onEnd run once, when the stream is over
   */
  static StreamTransport accepted(
      IpcAddress address, TransportOptions options, Link link, Runnable onEnd) {
    return new StreamTransport(address, options, TransportState.CONNECTING, link, onEnd);
  }

  @Override
  public TransportState state() {
    return state;
  }

  @Override
  public Subscription onStateChange(StateListener listener) {
    return stateEvents.add(listener);
  }

  @Override
  public Subscription onData(DataListener listener) {
    return dataListeners.add(listener);
  }

  @Override
  public Subscription onWritable(Runnable action) {
    return writableListeners.add(action);
  }

  @Override
  public IpcAddress address() {
    return address;
  }

  @Override
  public @Nullable IOException closeReason() {
    return reason;
  }

  @Override
  public @Nullable PeerCredentials peer() {
    if (!admitted) {
      throw new IllegalStateException("not connected yet: " + address + " is " + state);
    }
    return peer;
  }

  @Override
  public void connect(Duration timeout) throws IOException {
    beginConnect();
    Link link = accepted;
    try {
      if (link == null) {
        link = options.provider().connect(address, options, attempt(timeout));
      }
      PeerCredentials identity = Gate.admit(address, link, options);
      link.admitted();
      opened(link, identity);
    } catch (IOException | RuntimeException | Error e) {
      if (link != null) {
        link.close();
      }
      fail(asReason(e));
      throw e;
    }
  }

  private ConnectAttempt attempt(Duration timeout) {
    return new ConnectAttempt(
        address, options.ticker(), timeout, () -> state == TransportState.CLOSED);
  }

  private void beginConnect() {
    synchronized (lock) {
      if (accepted == null) {
        move(TransportState.Event.CONNECT);
        reason = null;
      } else if (gateEntered || state != TransportState.CONNECTING) {
        throw new IllegalStateException("an accepted stream connects once; it is " + state);
      }
      gateEntered = true;
    }
    stateEvents.deliver();
  }

  private void opened(Link link, @Nullable PeerCredentials identity) throws IOException {
    synchronized (lock) {
      if (state == TransportState.CLOSED) {
        throw ended();
      }
      peer = identity;
      admitted = true;
      outbound = new OutboundBuffer(link, options.outboundLimitBytes(), pool, this::notifyWritable);
      move(TransportState.Event.OPENED);
    }
    stateEvents.deliver();
  }

  @Override
  public boolean write(ByteBuffer data) throws IOException {
    return open().write(data);
  }

  @Override
  public boolean give(ByteBuffer lent) throws IOException {
    return open().give(lent);
  }

  @Override
  public void flush() throws IOException {
    open().flush();
  }

  @Override
  public boolean hasUnsent() {
    OutboundBuffer out = outbound;
    return out != null && hasUnsent(out);
  }

  private static boolean hasUnsent(OutboundBuffer out) {
    return !out.isEmpty() || out.link().hasUnsent();
  }

  @Override
  public boolean isWritable() {
    OutboundBuffer out = outbound;
    return out != null && out.isWritable();
  }

  private void notifyWritable() {
    for (Object action : writableListeners.snapshot()) {
      try {
        ((Runnable) action).run();
      } catch (Throwable e) {
        Log.warn("an onWritable action of " + address + " threw", e);
      }
    }
  }

  @Override
  public int poll() throws IOException {
    OutboundBuffer out = open();
    out.sendLeftOver(false);
    ByteBuffer buffer = pool.acquire();
    try {
      int n = out.link().read(buffer);
      if (n > 0) {
        push(buffer.flip());
      }
      return n;
    } catch (IOException e) {
      fail(e);
      throw ended();
    } finally {
      pool.release(buffer);
    }
  }

  private void push(ByteBuffer data) {
    int end = data.limit();
    for (Object listener : dataListeners.snapshot()) {
      data.limit(end).position(0);
      try {
        ((DataListener) listener).onData(data);
      } catch (Throwable e) {
        Log.warn("a data listener of " + address + " threw", e);
      }
    }
  }

  @Override
  public void await(long timeoutNanos) {
    OutboundBuffer out = outbound;
    if (out != null) {
      out.link().await(out.hasLeftOver(), timeoutNanos);
    }
  }

  @Override
  public void wakeup() {
    OutboundBuffer out = outbound;
    if (out != null) {
      out.link().wakeup();
    }
  }

  @Override
  public void disconnect(Duration timeout) {
    long deadline = options.ticker().nanoTime() + Durations.toNanos(timeout);
    OutboundBuffer out = beginDrain();
    if (out == null) {
      close();
      return;
    }
    boolean sent = drain(out, deadline);
    try {
      if (sent) {
        out.link().shutdownOutput();
      }
    } catch (IOException e) {
      // The peer is gone already.
    }
    close(
        new IOException(
            sent
                ? address + " was disconnected by this side"
                : address
                    + " was disconnected by this side with "
                    + out.queuedBytes()
                    + " bytes unsent after "
                    + timeout.toMillis()
                    + " ms"));
  }

  private @Nullable OutboundBuffer beginDrain() {
    OutboundBuffer out;
    synchronized (lock) {
      out = outbound;
      if (out == null) {
        return null;
      }
      if (state == TransportState.CONNECTED) {
        move(TransportState.Event.DRAIN);
      }
      out.refuseWrites(new IOException(address + " is being disconnected by this side"));
    }
    stateEvents.deliver();
    return out;
  }

  /** Sends what is left. Nobody may be polling, so this thread tries again and again itself. */
  private boolean drain(OutboundBuffer out, long deadline) {
    boolean interrupted = false;
    try {
      out.flush();
      while (hasUnsent(out)) {
        if (outbound != out || options.ticker().nanoTime() - deadline >= 0) {
          return false;
        }
        interrupted |= Thread.interrupted();
        options.ticker().park(this, DISCONNECT_PAUSE_NANOS);
        out.sendLeftOver(true);
      }
      return outbound == out;
    } catch (IOException e) {
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    close(new IOException(address + " was closed by this side"));
  }

  @Override
  public void close(IOException why) {
    end(TransportState.Event.CLOSE, why);
  }

  private void fail(IOException why) {
    end(TransportState.Event.FAIL, why);
  }

  private void end(TransportState.Event event, IOException why) {
    OutboundBuffer out;
    boolean over;
    synchronized (lock) {
      boolean wasOver = state == TransportState.FAILED || state == TransportState.CLOSED;
      if (wasOver && event == TransportState.Event.FAIL) {
        return;
      }
      if (reason == null) {
        reason = why;
      }
      over = !wasOver;
      out = outbound;
      outbound = null;
      move(event);
    }
    if (out != null) {
      out.close(why);
      out.link().close();
    }
    if (accepted != null) {
      accepted.close();
    }
    if (over) {
      onEnd.run();
    }
    stateEvents.deliver();
  }

  private void move(TransportState.Event event) {
    TransportState from = state;
    state = from.after(event);
    stateEvents.changed(from, state);
  }

  private OutboundBuffer open() throws IOException {
    OutboundBuffer out = outbound;
    if (out == null) {
      throw ended();
    }
    return out;
  }

  private IOException ended() {
    IOException why = reason;
    return new IOException(
        address + " is " + state + (why == null ? "" : ": " + why.getMessage()), why);
  }

  private static IOException asReason(Throwable e) {
    return e instanceof IOException known ? known : new IOException(e.toString(), e);
  }

  @Override
  public String toString() {
    return "Transport(" + address + ", " + state + ")";
  }
}
