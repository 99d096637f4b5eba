package dev.strait.examples.demo;

import dev.strait.rpc.IpcAttributes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Prints who called, once. */
final class PeerSeenByServer implements ServerInterceptor {
  private final AtomicBoolean printed = new AtomicBoolean();

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (printed.compareAndSet(false, true)) {
      Saw.print(call.getAttributes().get(IpcAttributes.PEER_CREDENTIALS));
    }
    return next.startCall(call, headers);
  }
}
