package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.Transports;
import io.grpc.ConnectivityState;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives a channel's calls a connection: connects when the first call comes, again with jittered
 * waits when that failed, and keeps the calls that wait. Thread-safe.
 */
final class Connector implements Connection.Owner {
  private final IpcAddress address;
  private final TransportOptions transportOptions;
  private final ConnectionSettings settings;
  private final Connectivity connectivity;
  private final Runnable onAllClosed;

  private volatile @Nullable Connection ready;

  @GuardedBy("this")
  private @Nullable Connection connecting;

  @GuardedBy("this")
  private final Set<Connection> live = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<ClientStream> waiting = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Backoff backoff;

  @GuardedBy("this")
  private @Nullable ScheduledFuture<?> retry;

  @GuardedBy("this")
  private @Nullable Status lastFailure;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private @Nullable Status closedNow;

  /** Calls that no connection knows any more, and whose callers have not taken all messages yet. */
  @GuardedBy("this")
  private final Set<ClientStream> heldUp = new LinkedHashSet<>();

  /**
   * @param onAllClosed called when a connection has closed and there is no other
   */
  Connector(
      IpcAddress address,
      TransportOptions transportOptions,
      ConnectionSettings settings,
      Connectivity connectivity,
      Backoff backoff,
      Runnable onAllClosed) {
    this.address = address;
    this.transportOptions = transportOptions;
    this.settings = settings;
    this.connectivity = connectivity;
    this.backoff = backoff;
    this.onAllClosed = onAllClosed;
  }

  /** Sends a call on the connection, or lets it wait for one. Hot. */
  void submit(ClientStream stream) {
    for (Connection to = ready; to != null; to = otherThan(to)) {
      if (to.calls().submit(stream)) {
        return;
      }
    }
    Status failure = wait(stream);
    if (failure != null) {
      stream.finish(failure);
    }
  }

  /** A call that waits does so no more. */
  synchronized void remove(ClientStream stream) {
    // Asked first: to look for a stream computes its identity hash, and mostly none is here.
    if (!waiting.isEmpty()) {
      waiting.remove(stream);
    }
    if (!heldUp.isEmpty()) {
      heldUp.remove(stream);
    }
  }

  /** Keeps a call whose end waits for its caller, to end it with everything else. */
  void heldUp(ClientStream stream) {
    Status reason;
    synchronized (this) {
      reason = closedNow;
      // A caller that takes the messages just now may have removed it already.
      if (reason == null && !stream.callbacks.isOver()) {
        heldUp.add(stream);
      }
    }
    if (reason != null) {
      stream.finish(reason);
    }
  }

  /** Connects if the channel is idle. */
  void connect() {
    Connection next;
    synchronized (this) {
      next = newConnection();
    }
    start(next);
  }

  /** Connects at once instead of waiting any longer. */
  void resetBackoff() {
    synchronized (this) {
      backoff.reset();
      if (retry == null) {
        return;
      }
      retry.cancel(false);
      retry = null;
    }
    connect();
  }

  /** Gives the connection up once its calls have ended; one that is being made stays. */
  void drain(GoAwayReason reason, String why) {
    List<Connection> all;
    synchronized (this) {
      all = new ArrayList<>(live);
      if (!closed && connecting != null) {
        all.remove(connecting);
      }
    }
    all.forEach(connection -> connection.end().drain(reason, why));
  }

  /** Makes no more connections. */
  synchronized void close() {
    closed = true;
    if (retry != null) {
      retry.cancel(false);
      retry = null;
    }
  }

  /** Ends every call and connection at once. */
  void closeNow(Status reason) {
    List<ClientStream> ended;
    List<Connection> all;
    synchronized (this) {
      close();
      closedNow = reason;
      ended = new ArrayList<>(waiting);
      ended.addAll(heldUp);
      waiting.clear();
      heldUp.clear();
      all = new ArrayList<>(live);
      ready = null;
    }
    ended.forEach(stream -> stream.finish(reason));
    all.forEach(connection -> connection.end().close(new IOException(reason.getDescription())));
  }

  /** Whether any call is open on a connection, of either side. */
  boolean hasOpenCalls() {
    List<Connection> all;
    synchronized (this) {
      all = new ArrayList<>(live);
    }
    return all.stream().anyMatch(connection -> connection.calls().areOpen());
  }

  synchronized boolean isAllClosed() {
    return live.isEmpty();
  }

  /** The ready connection after {@code gone} took no more calls. */
  private synchronized @Nullable Connection otherThan(Connection gone) {
    if (ready == gone) {
      ready = null;
    }
    return ready;
  }

  /** Lets a call wait; why not, if it must not. */
  private @Nullable Status wait(ClientStream stream) {
    ClientTracing tracing = stream.tracing();
    if (tracing != null && refusal(stream) == null) {
      tracing.waits();
    }
    Connection next;
    synchronized (this) {
      Status refusal = refusal(stream);
      if (refusal != null) {
        return refusal;
      }
      waiting.add(stream);
      next = newConnection();
    }
    if (stream.state().isOver()) {
      remove(stream);
    }
    start(next);
    return null;
  }

  /** Why a call may not wait, if it may not. */
  private synchronized @Nullable Status refusal(ClientStream stream) {
    if (closed) {
      return Status.UNAVAILABLE.withDescription("the channel to " + address + " is shut down");
    }
    return retry != null && !stream.call().waitsForReady() ? lastFailure : null;
  }

  /** A connection to start, if one is due. */
  @GuardedBy("this")
  private @Nullable Connection newConnection() {
    if (closed || ready != null || connecting != null || retry != null) {
      return null;
    }
    Connection next =
        new Connection(Transports.connecting(address, transportOptions), true, settings, this);
    connecting = next;
    live.add(next);
    return next;
  }

  private void start(@Nullable Connection next) {
    if (next != null) {
      connectivity.set(ConnectivityState.CONNECTING);
      next.start();
    } else if (ready != null) {
      sendWaiting();
    }
  }

  private void sendWaiting() {
    List<ClientStream> sent;
    synchronized (this) {
      sent = new ArrayList<>(waiting);
      waiting.clear();
    }
    List<ClientStream> traced = new ArrayList<>();
    for (ClientStream stream : sent) {
      if (stream.tracing() == null) {
        submit(stream);
      } else {
        traced.add(stream);
      }
    }
    if (!traced.isEmpty()) {
      // This may be a thread that decodes, which runs no user code.
      traced.get(0).call().runElsewhere(() -> traced.forEach(this::submitLate));
    }
  }

  private void submitLate(ClientStream stream) {
    submit(stream);
    stream.call().ensureReader();
  }

  // What becomes of connections.

  @Override
  public void ready(Connection connection) {
    boolean mayOpen = connection.calls().mayOpen(false);
    synchronized (this) {
      if (connecting != connection) {
        return;
      }
      backoff.reset();
      connecting = null;
      // One that went away while a filter was asked is as good as none.
      ready = mayOpen ? connection : null;
    }
    if (mayOpen) {
      connectivity.set(ConnectivityState.READY);
      sendWaiting();
    } else {
      connectIfWanted();
    }
  }

  @Override
  public void admit(Connection connection) {}

  @Override
  public void draining(Connection connection) {
    synchronized (this) {
      if (ready != connection) {
        return;
      }
      ready = null;
    }
    connectivity.set(ConnectivityState.IDLE);
  }

  @Override
  public void closed(Connection connection, Status reason) {
    List<ClientStream> failed = new ArrayList<>();
    Connection next = null;
    boolean wasAttempt;
    synchronized (this) {
      live.remove(connection);
      wasAttempt = connecting == connection;
      if (wasAttempt) {
        connecting = null;
        lastFailure = reason;
        boolean noMore = closed;
        waiting.removeIf(
            stream -> (noMore || !stream.call().waitsForReady()) && failed.add(stream));
        scheduleRetry();
      } else {
        if (ready == connection) {
          ready = null;
        }
        next = waiting.isEmpty() ? null : newConnection();
      }
    }
    failed.forEach(stream -> stream.finish(reason));
    if (wasAttempt) {
      connectivity.set(ConnectivityState.TRANSIENT_FAILURE);
    } else if (isIdle()) {
      connectivity.set(ConnectivityState.IDLE);
    }
    start(next);
    onAllClosed.run();
  }

  private synchronized boolean isIdle() {
    return ready == null && connecting == null && retry == null;
  }

  @GuardedBy("this")
  private void scheduleRetry() {
    if (closed) {
      return;
    }
    try {
      retry = settings.scheduler().schedule(this::retry, backoff.nextNanos(), TimeUnit.NANOSECONDS);
    } catch (RuntimeException | Error noTimer) {
      // The next call tries at once; those that wait for a connection wait for that too.
      Log.warn("there is no timer to connect to " + address + " again later", noTimer);
    }
  }

  private void retry() {
    synchronized (this) {
      retry = null;
    }
    connectIfWanted();
  }

  /** Connects if calls wait for that; else the channel is idle. */
  private void connectIfWanted() {
    Connection next;
    synchronized (this) {
      next = waiting.isEmpty() ? null : newConnection();
    }
    if (isIdle()) {
      connectivity.set(ConnectivityState.IDLE);
    }
    start(next);
  }
}
