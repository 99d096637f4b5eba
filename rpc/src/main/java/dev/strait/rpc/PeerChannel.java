package dev.strait.rpc;

import dev.strait.transport.IpcAddress;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The way back on a connection: calls to the services that the process at its other end hosts, with
 * any stub. A server finds the one of its client in the {@link Context} of each handler ({@link
 * #CONTEXT_KEY}) and in the attributes of each call and connection ({@link
 * IpcAttributes#PEER_CHANNEL}); it may keep it and call later, outside of any handler, as long as
 * the connection lives. What a client hosts is added to its builder: {@link
 * IpcChannelBuilder#addService(io.grpc.BindableService)}.
 *
 * <p>Its calls are calls like any other: the limits, deadlines and flow control of the connection
 * hold, and callbacks run where those of the other calls of this side do. A channel's interceptors,
 * binary log and default deadline are not theirs. It never connects: once the connection is gone,
 * the other side goes away, or this side does and no call of the other side is left, calls fail
 * with UNAVAILABLE, also those that wait for ready. A blocking call inside a handler waits on the
 * handler's thread; the connection is read on. As with any channel, a call made in the context of a
 * handler has its deadline and is cancelled when the handler's call ends; one that is to go on is
 * made in {@link Context#fork() a fork} of it.
 *
 * <p>Thread-safe.
 */
public final class PeerChannel extends Channel {
  /** The way back to the caller, in the context of each handler. */
  public static final Context.Key<PeerChannel> CONTEXT_KEY =
      Context.key("dev.strait.rpc.peer-channel");

  private final Connection connection;
  private final Dispatcher defaults;
  private final IpcClientCall.Owner owner = new Calls();

  PeerChannel(Connection connection, Dispatcher defaults) {
    this.connection = connection;
    this.defaults = defaults;
  }

  /**
   * The way back to the caller of the current handler.
   *
   * @throws IllegalStateException outside of a handler
   */
  public static PeerChannel current() {
    PeerChannel current = CONTEXT_KEY.get();
    if (current == null) {
      throw new IllegalStateException("no call is being handled in the current context");
    }
    return current;
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options) {
    return new IpcClientCall<>(owner, method, options);
  }

  @Override
  public String authority() {
    return owner.authority();
  }

  /** Who is at the other end: as in {@link IpcAttributes}. */
  public Attributes getAttributes() {
    return connection.attributes();
  }

  /** Whether new calls can begin: the connection lives and neither side is going away. */
  public boolean isOpen() {
    return connection.calls().mayOpen(true);
  }

  /**
   * How long the peer took to answer the last ping of this side; empty before there was one. Pings
   * are sent when keepalive is on and nothing came for its time.
   */
  public Optional<Duration> lastRoundTrip() {
    long nanos = connection.keepAlive().roundTripNanos();
    return nanos < 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
  }

  @Override
  public String toString() {
    return "PeerChannel{" + connection.name() + "}";
  }

  /** What the calls of this channel need of it. */
  private final class Calls implements IpcClientCall.Owner {
    @Override
    public boolean callStarted() {
      connection.monitor().callsBack();
      return isOpen();
    }

    @Override
    public void countAgain() {}

    @Override
    public void callEnded(ClientStream stream) {}

    @Override
    public void heldUp(ClientStream stream) {} // This channel's end waits for no call.

    @Override
    public void submit(ClientStream stream) {
      if (!connection.calls().submit(stream)) {
        stream.finish(connection.end().status());
      }
    }

    @Override
    public boolean callsBack() {
      return true;
    }

    @Override
    public Status shutdownStatus() {
      return connection.end().status();
    }

    @Override
    public IpcAddress address() {
      return connection.address();
    }

    @Override
    public String authority() {
      return "localhost";
    }

    @Override
    public int maxInboundMessageBytes() {
      return connection.limits().maxMessageBytes();
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return defaults.scheduler();
    }

    @Override
    public Executor fallbackExecutor() {
      return defaults.fallbackExecutor();
    }

    @Override
    public @Nullable Executor executor() {
      return defaults.executor();
    }
  }
}
