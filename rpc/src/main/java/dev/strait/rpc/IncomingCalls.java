package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;

/**
 * The calls that the peer of one connection makes: where they go, and what they have in common.
 * Used once HELLO is over. Thread-safe.
 */
final class IncomingCalls {
  private final Dispatcher dispatcher;
  private final Connection connection;
  private final PeerChannel wayBack;
  private final Context context;
  private volatile Attributes attributes;

  IncomingCalls(Dispatcher dispatcher, Connection connection, Attributes attributes) {
    this.dispatcher = dispatcher;
    this.connection = connection;
    this.wayBack = new PeerChannel(connection, dispatcher);
    this.context = dispatcher.rootContext().withValue(PeerChannel.CONTEXT_KEY, wayBack);
    this.attributes = attributes.toBuilder().set(IpcAttributes.PEER_CHANNEL, wayBack).build();
  }

  /** Takes a call on, which begins when its stream is told so. Runs no user code. */
  ServerStream accept(String method, Metadata metadata, long timeoutNanos) {
    return new IncomingCall(this, method, metadata, timeoutNanos).accept();
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

  /** What a filter made of the attributes. */
  void attributes(Attributes filtered) {
    attributes = filtered;
  }
}
