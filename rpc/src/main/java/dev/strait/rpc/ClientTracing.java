package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tracers that the options of a call want: new ones each time the call is made. Each attempt
 * has metadata of its own, since tracers add to it.
 */
final class ClientTracing extends StreamTracing<ClientStreamTracer> {
  private final CallOptions options;
  private final Metadata original;
  private Metadata headers; // guarded by the lock

  private ClientTracing(
      CallOptions options, Metadata original, List<ClientStreamTracer> tracers, Metadata headers) {
    super(tracers, false);
    this.options = options;
    this.original = original;
    this.headers = headers;
  }

  /**
   * The tracers of a call; null if there are none.
   *
   * @param headers what the application sends; only read
   */
  static @Nullable ClientTracing of(CallOptions options, Metadata headers) {
    if (options.getStreamTracerFactories().isEmpty()) {
      return null;
    }
    Metadata own = copyOf(headers);
    return new ClientTracing(options, headers, newTracers(options, own, false), own);
  }

  private static List<ClientStreamTracer> newTracers(
      CallOptions options, Metadata headers, boolean again) {
    var info =
        ClientStreamTracer.StreamInfo.newBuilder()
            .setCallOptions(options)
            .setIsTransparentRetry(again)
            .build();
    return newTracers(
        options.getStreamTracerFactories(),
        factory -> factory.newClientStreamTracer(info, headers));
  }

  /** The call has no connection yet and waits for one. */
  void waits() {
    exclusively(() -> tell(ClientStreamTracer::createPendingStream));
  }

  /** Call credentials add to what is sent, now and when the call is made again. */
  void addHeaders(Metadata added) {
    exclusively(() -> headers.merge(added));
  }

  /** The call has a connection. What is to be sent as its metadata. */
  Metadata connected(Attributes connection) {
    Metadata[] sent = new Metadata[1];
    exclusively(
        () -> {
          tell(tracer -> tracer.streamCreated(connection, headers));
          sent[0] = headers;
        });
    return sent[0];
  }

  /** The call goes on the wire, with the messages that wait already. */
  void opens(Stream stream) {
    exclusively(
        () -> {
          tell(ClientStreamTracer::outboundHeaders);
          putOnWire(stream);
        });
  }

  void receivedHeaders(Metadata came) {
    exclusively(() -> tell(tracer -> tracer.inboundHeaders(came)));
  }

  void receivedTrailers(Metadata came) {
    exclusively(() -> tell(tracer -> tracer.inboundTrailers(came)));
  }

  /** The peer did nothing for the call, which is made again: {@code reason} ends this attempt. */
  void again(Status reason) {
    exclusively(
        () -> {
          if (!isClosed()) {
            tell(tracer -> tracer.streamClosed(reason));
            headers = copyOf(original);
            replace(newTracers(options, headers, true));
          }
        });
  }

  private static Metadata copyOf(Metadata metadata) {
    Metadata copy = new Metadata();
    copy.merge(metadata);
    return copy;
  }
}
