package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The calls that the peer of one connection makes: where they go, and what they have in common.
 * Used once HELLO is over. Thread-safe.
 */
final class IncomingCalls {
  private final Dispatcher dispatcher;
  private final Connection connection;
  private final Context context;
  private volatile Attributes attributes;
  private volatile boolean begun; // written under this monitor

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private final Set<IncomingCall> waiting = new LinkedHashSet<>();

  /**
   * @param hold whether calls wait for {@link #begin}
   */
  IncomingCalls(Dispatcher dispatcher, Connection connection, Attributes attributes, boolean hold) {
    this.begun = !hold;
    this.dispatcher = dispatcher;
    this.connection = connection;
    PeerChannel wayBack = new PeerChannel(connection, dispatcher);
    this.context = dispatcher.rootContext().withValue(PeerChannel.CONTEXT_KEY, wayBack);
    this.attributes = attributes.toBuilder().set(IpcAttributes.PEER_CHANNEL, wayBack).build();
  }

  /** Takes a call on, which begins when its stream is told so. Runs no user code. */
  ServerStream accept(String method, Metadata metadata, long timeoutNanos, boolean oneWay) {
    return new IncomingCall(this, method, metadata, timeoutNanos, oneWay).accept();
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  Connection connection() {
    return connection;
  }

  /** The context in which handlers begin. */
  Context context() {
    return context;
  }

  Attributes attributes() {
    return attributes;
  }

  /** Lets calls begin, with these attributes; false if the connection has ended meanwhile. */
  boolean begin(Attributes filtered) {
    List<IncomingCall> held;
    synchronized (this) {
      attributes = filtered;
      begun = true;
      held = List.copyOf(waiting);
      waiting.clear();
      if (ended) {
        return false;
      }
    }
    held.forEach(IncomingCall::proceed);
    return true;
  }

  /** The connection has ended; whether calls could begin on it. */
  synchronized boolean end() {
    ended = true;
    return begun;
  }

  /** A call that waits is over. */
  void remove(IncomingCall call) {
    if (!begun) {
      synchronized (this) {
        waiting.remove(call);
      }
    }
  }

  /** Whether {@code call} has to wait until calls may begin; it then does. */
  boolean hold(IncomingCall call) {
    if (begun) {
      return false;
    }
    synchronized (this) {
      if (!begun) {
        waiting.add(call);
      }
      return !begun;
    }
  }
}
