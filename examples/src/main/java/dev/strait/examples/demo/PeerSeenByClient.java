package dev.strait.examples.demo;

import dev.strait.rpc.IpcAttributes;
import dev.strait.transport.PeerCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Remembers who answered. A call's attributes are known once its headers have come. */
final class PeerSeenByClient implements ClientInterceptor {
  private final AtomicReference<@Nullable PeerCredentials> peer = new AtomicReference<>();

  /** Null if the kernel says nothing about peers at such an address. */
  @Nullable PeerCredentials peer() {
    return peer.get();
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onHeaders(Metadata received) {
                peer.set(getAttributes().get(IpcAttributes.PEER_CREDENTIALS));
                super.onHeaders(received);
              }
            },
            headers);
      }
    };
  }
}
