package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.rpc.touchpoint.StubKind;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerPolicy;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.CompressorRegistry;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A call as the application makes it. A method whose client sends one message is put on the wire
 * when the client half-closes, in one frame; others when they start.
 *
 * <p>As {@link ClientCall} demands, used by one thread at a time, but for {@link #cancel}, {@link
 * #request} and {@link #isReady}.
 */
final class IpcClientCall<ReqT, RespT> extends ClientCall<ReqT, RespT>
    implements Credentials.Receiver, CallTimeout.Ending {
  /** What a call is made on. Thread-safe. */
  interface Owner {
    /** Counts a call; false if no more are taken. */
    boolean callStarted();

    /** Counts a call that was counted before, and whose end was told. Takes no lock. */
    void countAgain();

    /** The call that was counted is over. */
    void callEnded(ClientStream stream);

    /**
     * The call's end waits until its messages are requested: the owner's own end cannot wait so.
     */
    void heldUp(ClientStream stream);

    /** Puts the call on a connection, or ends it. */
    void submit(ClientStream stream);

    /** Why no more calls are taken. */
    Status shutdownStatus();

    /**
     * Whether its calls can be made on one connection only, also while that goes away, as long as
     * calls of the peer go on there.
     */
    boolean callsBack();

    IpcAddress address();

    String authority();

    int maxInboundMessageBytes();

    ScheduledExecutorService scheduler();

    /** Where callbacks run unless the call says so; null for the thread that reads. */
    @Nullable Executor executor();

    /** Runs what must be delivered when a call's own executor refuses it. */
    Executor fallbackExecutor();
  }

  private static final Metadata NO_HEADERS = new Metadata();
  private static final Listener<Object> NO_LISTENER = new Listener<>() {};

  private final Owner channel;
  private final MethodDescriptor<ReqT, RespT> method;
  private final CallOptions options;
  private final @Nullable Executor executor;
  private final Context context = Context.current();
  private final CallTimeout timeout;
  private final @Nullable Thread blockedThread;
  final ClientStream stream;
  private final boolean clientSendsOneMessage;
  private final boolean oneWay;

  private Metadata headers = NO_HEADERS; // the caller's own from the start on
  private Listener<RespT> listener = noListener();
  private volatile boolean started; // written under this monitor

  @GuardedBy("this")
  private @Nullable Status cancelledBeforeStart;

  private volatile boolean halfClosed;
  private volatile boolean credentialsPending; // written under this monitor after the start

  @GuardedBy("this")
  private boolean submitWanted;

  IpcClientCall(Owner channel, MethodDescriptor<ReqT, RespT> method, CallOptions options) {
    this.channel = channel;
    this.method = method;
    this.options = options;
    Executor own = options.getExecutor();
    this.executor = own == null ? channel.executor() : Schedulers.unlessDirect(own);
    this.timeout = CallTimeout.of(this, options, context);
    this.clientSendsOneMessage = method.getType().clientSendsOneMessage();
    this.oneWay = options.getOption(OneWay.OPTION);
    this.stream = new ClientStream(this, method.getFullMethodName(), clientSendsOneMessage, oneWay);
    this.blockedThread =
        options.getExecutor() != null
                && method.getType() == MethodDescriptor.MethodType.UNARY
                && StubKind.isBlocking(options)
                && !VirtualThreads.isCurrent()
            ? Thread.currentThread()
            : null;
    if (!clientSendsOneMessage) {
      stream.oweReady();
    }
    Integer threshold = options.getOnReadyThreshold();
    if (threshold != null) {
      stream.setReadyThreshold(threshold);
    }
  }

  /** It ignores all, so it can be anybody's. */
  @SuppressWarnings("unchecked")
  private static <T> Listener<T> noListener() {
    return (Listener<T>) NO_LISTENER;
  }

  // For the application.

  @Override
  public void start(Listener<RespT> responseListener, Metadata requestHeaders) {
    if (started) {
      throw new IllegalStateException("Already started");
    }
    headers = requestHeaders;
    TimeoutEntry.discard(headers);
    ClientTracing tracing = ClientTracing.of(options, headers);
    Status cancelled;
    synchronized (this) {
      started = true;
      listener = responseListener;
      stream.trace(tracing);
      cancelled = cancelledBeforeStart;
    }
    boolean channelTakesCalls = channel.callStarted();
    if (cancelled != null) {
      stream.finish(cancelled);
    } else if (!channelTakesCalls) {
      stream.finish(channel.shutdownStatus());
    } else {
      begin();
    }
  }

  private void begin() {
    Status over = timeout.overAlready();
    if (over != null) {
      cancel(over);
      return;
    }
    if (oneWay && method.getType() != MethodDescriptor.MethodType.UNARY) {
      cancel(
          Status.INTERNAL.withDescription(
              "a one-way call must be UNARY, "
                  + method.getFullMethodName()
                  + " is "
                  + method.getType()));
      return;
    }
    String compressor = options.getCompressor();
    if (compressor != null
        && CompressorRegistry.getDefaultInstance().lookupCompressor(compressor) == null) {
      cancel(Status.INTERNAL.withDescription("Unable to find compressor by name " + compressor));
      return;
    }
    timeout.watch(channel.scheduler());
    if (stream.callbacks.isTerminated()) {
      timeout.stop();
      return;
    }
    applyCredentials();
    if (!clientSendsOneMessage) {
      submit();
      ensureReader();
    }
  }

  private void applyCredentials() {
    CallCredentials credentials = options.getCredentials();
    if (credentials != null) {
      credentialsPending = true;
      String override = options.getAuthority();
      Credentials.apply(
          credentials,
          method,
          options,
          override == null ? channel.authority() : override,
          executor == null ? channel.fallbackExecutor() : executor,
          this);
    }
  }

  @Override
  public void credentialsApplied(Metadata added) {
    ClientTracing tracing = stream.tracing();
    if (tracing != null) {
      tracing.addHeaders(added);
    }
    boolean submit;
    synchronized (this) {
      headers.merge(added);
      credentialsPending = false;
      submit = submitWanted;
    }
    if (submit) {
      channel.submit(stream);
      ensureReader();
    }
  }

  @Override
  public void credentialsFailed(Status reason) {
    cancel(reason);
  }

  /** Puts the call on the wire, or lets that wait for its credentials. */
  private void submit() {
    if (credentialsPending) {
      synchronized (this) {
        if (credentialsPending) {
          submitWanted = true;
          return;
        }
      }
    }
    if (!stream.callbacks.isTerminated()) {
      channel.submit(stream);
    }
  }

  @Override
  public void request(int numMessages) {
    if (numMessages < 0) {
      throw new IllegalArgumentException("numMessages must be 0 or more, was " + numMessages);
    }
    stream.requestMessages(numMessages);
  }

  @Override
  public void sendMessage(ReqT message) {
    checkMaySend();
    try {
      OutboundMessage outbound =
          Payloads.read(method.streamRequest(message), maxOutboundMessageBytes());
      ClientTracing tracing = stream.tracing();
      if (tracing == null) {
        stream.enqueue(outbound);
      } else {
        tracing.enqueue(stream, outbound);
      }
    } catch (Throwable e) {
      cancel(Status.CANCELLED.withDescription("Failed to stream message").withCause(e));
      return;
    }
    Connection connection = stream.connection();
    if (!clientSendsOneMessage && connection != null) {
      connection.calls().send(stream);
    }
  }

  /** Hot: guarded by the benchmark of the unary calls. */
  @Override
  public void halfClose() {
    checkMaySend();
    halfClosed = true;
    stream.end();
    if (clientSendsOneMessage) {
      submit();
    }
    Connection connection = stream.connection();
    if (connection == null) {
      return;
    }
    if (!clientSendsOneMessage) {
      connection.calls().send(stream);
    }
    if (blockedThread == Thread.currentThread()) {
      CallerReading.readUntilAnswered(connection, stream);
    } else {
      ensureReader();
    }
  }

  /** See {@link Owner#callsBack}. */
  boolean callsBack() {
    return channel.callsBack();
  }

  /** While blocking callers read for themselves the reader may stand by: it is needed now. */
  void ensureReader() {
    Connection connection = stream.connection();
    if (connection != null) {
      connection.reading().ensureReader();
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    Status status = Status.CANCELLED;
    if (message == null && cause == null) {
      cause = new CancellationException("Cancelled without a message or cause");
    }
    if (message != null) {
      status = status.withDescription(message);
    } else {
      status = status.withDescription("Call cancelled without message");
    }
    cancel(cause == null ? status : status.withCause(cause));
  }

  @Override
  public boolean isReady() {
    return !halfClosed && stream.isReady();
  }

  @Override
  public Attributes getAttributes() {
    Connection connection = stream.connection();
    return connection == null ? Attributes.EMPTY : connection.incoming().attributes();
  }

  private void checkMaySend() {
    if (!started) {
      throw new IllegalStateException("Not started");
    }
    if (halfClosed) {
      throw new IllegalStateException("call already half-closed");
    }
  }

  @Override
  public String whereItIs() {
    return stream.connection() == null
        ? "no connection to " + channel.address() + " yet"
        : "remote_addr=" + channel.address();
  }

  /** Ends the call from this side. Any thread; only the first end counts. */
  @Override
  public void cancel(Status status) {
    synchronized (this) {
      if (!started) {
        if (cancelledBeforeStart == null) {
          cancelledBeforeStart = status;
        }
        return;
      }
    }
    if (oneWay && stream.callbacks.isTerminated()) {
      // It is over for its caller, and goes on.
      return;
    }
    CancelCode code =
        status.getCode() == Status.Code.DEADLINE_EXCEEDED
            ? CancelCode.DEADLINE_EXCEEDED
            : CancelCode.CANCELLED;
    // First, so that a connection that takes the call on right now does not open it any more.
    stream.reset();
    Connection connection = stream.connection();
    if (connection != null) {
      String text = status.getDescription();
      connection.calls().cancel(stream, code, text == null ? code.name() : text);
    }
    stream.finish(status);
  }

  // For the stream.

  Metadata headers() {
    return headers;
  }

  /** Why the call must not be sent to this peer; null if it may. */
  @Nullable Status refusalOf(Connection on) {
    for (PeerPolicy policy : options.getOption(PeerInterceptors.SERVER_POLICIES)) {
      Status refusal = PeerInterceptors.refusal(policy, on.peerCredentials(), "the server");
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  @Nullable Deadline deadline() {
    return timeout.deadline();
  }

  boolean waitsForReady() {
    return options.isWaitForReady();
  }

  int maxInboundMessageBytes() {
    Integer max = options.getMaxInboundMessageSize();
    return max != null ? max : channel.maxInboundMessageBytes();
  }

  private int maxOutboundMessageBytes() {
    Integer max = options.getMaxOutboundMessageSize();
    return max != null ? max : Integer.MAX_VALUE;
  }

  /** The connection did nothing for the call: it is made again on another one. */
  void submitAgain(Status reason) {
    ClientTracing tracing = stream.tracing();
    if (tracing == null) {
      channel.submit(stream);
    } else {
      // This may be a thread that decodes, which runs no user code.
      runElsewhere(
          () -> {
            tracing.again(reason);
            channel.submit(stream);
            ensureReader();
          });
    }
  }

  /** Runs what may run user code, on a thread of its own. */
  void runElsewhere(Runnable task) {
    channel.fallbackExecutor().execute(task);
  }

  /** It is over for its caller, and made again: a shutdown waits for it. Takes no lock. */
  void countAgain() {
    channel.countAgain();
  }

  /** A call that was counted again is handed over, or over. */
  void overAgain() {
    channel.callEnded(stream);
  }

  void heldUp() {
    channel.heldUp(stream);
  }

  /** The peer found the deadline passed before this side did. */
  Status deadlineExceeded(String peerText) {
    return timeout.exceeded(peerText);
  }

  /** The status that the caller gets to see. */
  Status seenByCaller(Status status) {
    return timeout.seenByCaller(status);
  }

  /**
   * Whether callbacks go to the queue of a blocking stub, so that none runs where they are handed
   * over.
   */
  boolean waitsInItsStub() {
    return StubKind.isOwnQueue(executor);
  }

  boolean isInline() {
    return executor == null;
  }

  /** Runs callbacks where this call wants them. */
  void dispatch(CallbackQueue callbacks) {
    if (executor == null) {
      callbacks.runInTurns();
    } else {
      Schedulers.execute(callbacks, executor, channel.fallbackExecutor());
    }
  }

  /** The same for a call that has no connection, so that no reader of one can run them. */
  void dispatchWithoutConnection() {
    if (executor == null) {
      channel.fallbackExecutor().execute(stream);
    } else {
      stream.run();
    }
  }

  /** Runs one callback, in the call's context. */
  void deliver(Object event) {
    Context previous = context.attach();
    try {
      callback(event);
    } catch (Throwable e) {
      callbackThrew(event, e);
    } finally {
      context.detach(previous);
      if (event instanceof ClientStream.Closed) {
        timeout.stop();
        channel.callEnded(stream);
      }
    }
  }

  private void callback(Object event) {
    ClientTracing tracing = stream.tracing();
    if (tracing != null) {
      trace(event, tracing);
    }
    if (event instanceof InboundMessage message) {
      int credit = message.release();
      RespT response;
      try {
        response = method.parseResponse(message);
        message.parsed();
      } finally {
        stream.consumed(credit);
      }
      listener.onMessage(response);
    } else if (event instanceof ClientStream.Closed closed) {
      listener.onClose(closed.status(), closed.trailers());
    } else if (event instanceof Metadata responseHeaders) {
      listener.onHeaders(responseHeaders);
    } else if (!clientSendsOneMessage) {
      listener.onReady();
    }
  }

  private static void trace(Object event, ClientTracing tracing) {
    if (event instanceof InboundMessage message) {
      tracing.received(message.size());
    } else if (event instanceof ClientStream.Closed closed) {
      if (closed.fromPeer()) {
        tracing.receivedTrailers(closed.trailers());
      }
      tracing.close(closed.status());
    } else if (event instanceof Metadata responseHeaders) {
      tracing.receivedHeaders(responseHeaders);
    }
  }

  private void callbackThrew(Object event, Throwable thrown) {
    if (event instanceof ClientStream.Closed) {
      Log.warn("onClose of " + stream + " threw", thrown);
      return;
    }
    String text =
        event instanceof InboundMessage
            ? "Failed to read message."
            : event instanceof Metadata ? "Failed to read headers" : "Failed to call onReady.";
    Status status = Status.CANCELLED.withDescription(text).withCause(thrown);
    stream.callbacks.overrideTerminal(new ClientStream.Closed(status, new Metadata(), false));
    cancel(status);
  }
}
