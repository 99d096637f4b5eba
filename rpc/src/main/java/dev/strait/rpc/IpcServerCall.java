package dev.strait.rpc;

import io.grpc.Attributes;
import io.grpc.CompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * A call as its handler sees it. The answer of a method that answers once is held until the handler
 * closes the call, and sent in one frame.
 *
 * <p>As {@link ServerCall} demands, used by one thread at a time, but for {@link #request}, {@link
 * #isReady} and {@link #isCancelled}.
 */
final class IpcServerCall<ReqT, RespT> extends ServerCall<ReqT, RespT> {
  private static final Listener<Object> NO_LISTENER = new Listener<>() {};

  private final IncomingCall call;
  private final MethodDescriptor<ReqT, RespT> method;
  private final boolean serverSendsOneMessage;

  private Listener<ReqT> listener = noListener();
  private boolean headersSent;
  private boolean messageSent;
  private boolean aborted; // written before closed
  private volatile boolean closed;

  IpcServerCall(IncomingCall call, MethodDescriptor<ReqT, RespT> method) {
    this.call = call;
    this.method = method;
    this.serverSendsOneMessage = method.getType().serverSendsOneMessage();
    if (serverSendsOneMessage) {
      stream().holdUntilClose();
    }
  }

  /** It ignores all, so it can be anybody's. */
  @SuppressWarnings("unchecked")
  private static <T> Listener<T> noListener() {
    return (Listener<T>) NO_LISTENER;
  }

  /** What the handler wants to hear of the call. */
  void listener(@Nullable Listener<ReqT> started) {
    if (started == null) {
      throw new NullPointerException(
          "startCall() returned a null listener for method " + method.getFullMethodName());
    }
    listener = started;
    if (!serverSendsOneMessage && stream().isReady()) {
      stream().callbacks.ready();
    }
  }

  // For the handler.

  @Override
  public void request(int numMessages) {
    if (numMessages < 0) {
      throw new IllegalArgumentException("numMessages must be 0 or more, was " + numMessages);
    }
    stream().requestMessages(numMessages);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (headersSent) {
      throw new IllegalStateException("sendHeaders has already been called");
    }
    headersSent = true;
    if (isAborted() || call.isOneWay()) {
      return;
    }
    byte @Nullable [] encoded = encode(headers);
    if (encoded != null) {
      stream().sendHeaders(encoded);
      sendUnlessHeld();
    }
  }

  @Override
  public void sendMessage(RespT message) {
    if (!headersSent) {
      throw new IllegalStateException("sendHeaders has not been called");
    }
    if (isAborted()) {
      return;
    }
    if (serverSendsOneMessage && messageSent) {
      abort(Status.INTERNAL.withDescription("Too many responses"));
      return;
    }
    messageSent = true;
    if (call.isOneWay()) {
      return;
    }
    OutboundMessage outbound;
    try {
      outbound = Payloads.read(method.streamResponse(message), Integer.MAX_VALUE);
    } catch (RuntimeException e) {
      Log.warn("a reply could not be written", e);
      abort(
          e instanceof StatusRuntimeException withStatus
              ? withStatus.getStatus().withCause(null)
              : Status.INTERNAL.withDescription("Internal error so cancelling stream."));
      return;
    }
    ServerTracing tracing = call.tracing();
    if (tracing == null) {
      stream().enqueue(outbound);
    } else {
      tracing.enqueue(stream(), outbound);
    }
    sendUnlessHeld();
  }

  /** Hot: guarded by the benchmark of the unary calls. */
  @Override
  public void close(Status status, Metadata trailers) {
    if (isAborted()) {
      return;
    }
    if (status.isOk() && serverSendsOneMessage && !messageSent) {
      abort(Status.INTERNAL.withDescription("Completed without a response"));
      return;
    }
    closed = true;
    byte @Nullable [] encoded = call.isOneWay() ? MetadataCodec.EMPTY : encode(trailers);
    if (encoded != null) {
      if (!status.isOk() && serverSendsOneMessage) {
        stream().dropOutbound();
      }
      call.leave();
      stream().sendClose(status, encoded);
      call.connection().calls().send(stream());
      holdUnsent();
    }
  }

  /** Its place is another's by now, so what the peer does not take counts as memory. */
  private void holdUnsent() {
    try {
      stream().holdUnsent();
    } catch (StreamException e) {
      call.connection().monitor().hitLimit(call.connection(), e.text());
      call.cancel(e.status());
    }
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public boolean isReady() {
    return !closed && stream().isReady();
  }

  @Override
  public void setOnReadyThreshold(int numBytes) {
    super.setOnReadyThreshold(numBytes);
    stream().setReadyThreshold(numBytes);
  }

  /** Messages are sent as they are; an unknown compressor is refused all the same. */
  @Override
  public void setCompression(String compressor) {
    if (CompressorRegistry.getDefaultInstance().lookupCompressor(compressor) == null) {
      throw new IllegalArgumentException("Unable to find compressor by name " + compressor);
    }
  }

  /** Bytes do not leave the machine, and the kernel keeps others from them. */
  @Override
  public SecurityLevel getSecurityLevel() {
    return SecurityLevel.PRIVACY_AND_INTEGRITY;
  }

  @Override
  public Attributes getAttributes() {
    return call.attributes();
  }

  @Override
  public String getAuthority() {
    return "localhost";
  }

  @Override
  public MethodDescriptor<ReqT, RespT> getMethodDescriptor() {
    return method;
  }

  /**
   * Whether the call was ended in the handler's stead. What the handler still sends is ignored
   * then, as in gRPC; only after a close of its own it is an error.
   */
  private boolean isAborted() {
    if (closed && !aborted) {
      throw new IllegalStateException("call is closed");
    }
    return closed;
  }

  private void sendUnlessHeld() {
    if (!serverSendsOneMessage) {
      call.connection().calls().send(stream());
    }
  }

  private byte @Nullable [] encode(Metadata metadata) {
    try {
      return MetadataCodec.encode(metadata, call.connection().peer().maxMetadataBytes());
    } catch (StreamException e) {
      abort(e.status());
      return null;
    }
  }

  // For the call.

  private ServerStream stream() {
    return call.stream();
  }

  /** Ends the call in the handler's stead, unless that has closed it: the first close counts. */
  void abortUnlessClosed(Status status) {
    if (!closed) {
      abort(status);
    }
  }

  /** Ends the call in the handler's stead, with a status that the caller gets. */
  void abort(Status status) {
    aborted = true;
    closed = true;
    stream().dropOutbound();
    call.leave();
    stream().sendClose(status, MetadataCodec.EMPTY);
    call.connection().calls().send(stream());
  }

  /** Runs one callback of the handler. */
  void callback(Object event) {
    if (event instanceof InboundMessage message) {
      ServerTracing tracing = call.tracing();
      if (tracing != null) {
        tracing.received(message.size());
      }
      int credit = message.release();
      ReqT request;
      try {
        request = method.parseRequest(message);
        message.parsed();
      } finally {
        stream().consumed(credit);
      }
      listener.onMessage(request);
    } else if (event == ServerStream.HALF_CLOSED) {
      listener.onHalfClose();
    } else if (event == CallbackQueue.READY) {
      listener.onReady();
    } else if (event == ServerStream.COMPLETED) {
      listener.onComplete();
    } else if (event instanceof ServerStream.Cancelled) {
      listener.onCancel();
    }
  }
}
