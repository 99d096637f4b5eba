package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.framing.FrameEncoder;
import dev.strait.framing.FrameHeader;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call that this side made. */
final class ClientStream extends Stream {
  /**
   * The terminal event: the call ended.
   *
   * @param fromPeer whether the peer said so, and sent the trailers
   */
  record Closed(Status status, Metadata trailers, boolean fromPeer) {}

  private final IpcClientCall<?, ?> call;
  private final String methodName;
  private final boolean clientSendsOneMessage;
  private final boolean oneWay;

  /** Null for a call without tracers. Set before the call begins. */
  private @Nullable ClientTracing tracing;

  // Set by the thread that attaches the stream, before it is sent.
  private byte[] metadata = MetadataCodec.EMPTY;

  /** Used by the reading role only: one refusal is worth another attempt, two are an answer. */
  private boolean refusedBefore;

  @GuardedBy("this")
  private boolean ended;

  /** Of a one-way call: it is over for its caller, or about to be. */
  @GuardedBy("this")
  private boolean wasHandedOver;

  /** Of such a call that is to be made again: its channel waits for that. */
  @GuardedBy("this")
  private boolean countedAgain;

  @GuardedBy("this")
  private final SentMessages sent = new SentMessages();

  /**
   * @param oneWay whether the call is over for its caller when all is sent
   */
  ClientStream(
      IpcClientCall<?, ?> call, String methodName, boolean clientSendsOneMessage, boolean oneWay) {
    this.oneWay = oneWay;
    this.call = call;
    this.methodName = methodName;
    this.clientSendsOneMessage = clientSendsOneMessage;
  }

  IpcClientCall<?, ?> call() {
    return call;
  }

  void trace(@Nullable ClientTracing wanted) {
    tracing = wanted;
  }

  @Nullable ClientTracing tracing() {
    return tracing;
  }

  /**
   * Makes ready to be sent on {@code on}.
   *
   * @throws StreamException if the peer would not accept the metadata, or is not whom the call is
   *     for
   */
  void prepare(Connection on) throws StreamException {
    Status refusal = call.refusalOf(on);
    if (refusal != null) {
      throw new StreamException(refusal);
    }
    if (methodName.length() > MethodNames.MAX_NAME_BYTES) {
      throw new StreamException(
          CancelCode.INTERNAL_ERROR,
          "a method name of "
              + methodName.length()
              + " bytes is over the limit of "
              + MethodNames.MAX_NAME_BYTES);
    }
    ClientTracing traced = tracing;
    Metadata headers = traced == null ? call.headers() : traced.connected(on.attributes());
    metadata = MetadataCodec.encode(headers, on.peer().maxMetadataBytes());
    if (traced != null) {
      traced.opens(this);
    }
    bind(on, call.maxInboundMessageBytes());
  }

  /** No more messages will be added. */
  synchronized void end() {
    ended = true;
  }

  @Override
  @GuardedBy("this")
  boolean encode(ByteBuffer out, Streams on) {
    if (state() == StreamState.IDLE) {
      if ((clientSendsOneMessage && !ended) || !on.open(this)) {
        return false;
      }
      encodeOpen(out, on);
      return true;
    }
    if (hasOutbound()) {
      boolean encoded = encodeMessage(out, on, ended);
      if (encoded && ended && !hasOutbound()) {
        move(StreamState.Event.LOCAL_END);
      }
      return encoded;
    }
    if (ended && state() == StreamState.OPEN) {
      int at = FrameEncoder.begin(out);
      FrameEncoder.end(
          out, at, id(), FrameType.MESSAGE, FrameType.FLAG_END | FrameType.FLAG_NO_MESSAGE);
      move(StreamState.Event.LOCAL_END);
      return true;
    }
    return false;
  }

  /** Hot: a unary call is this one frame. Guarded by the benchmark of the unary calls. */
  @GuardedBy("this")
  private void encodeOpen(ByteBuffer out, Streams on) {
    int at = FrameEncoder.begin(out);
    int flags = encodeMethod(out, on.methodIds());
    if (oneWay) {
      flags |= FrameType.FLAG_ONE_WAY;
    }
    Deadline deadline = call.deadline();
    if (deadline != null) {
      out.putLong(Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
      flags |= FrameType.FLAG_TIMEOUT;
    }
    out.putShort((short) 0);
    out.put(metadata);
    if (ended && !hasSeveralOutbound()) {
      OutboundMessage message = takeWhole(out.position() - at - FrameHeader.BYTES, on);
      if (message != null) {
        put(message, out);
        flags |= FrameType.FLAG_WITH_MESSAGE;
      }
      if (!hasOutbound()) {
        move(StreamState.Event.LOCAL_END);
        flags |= FrameType.FLAG_END;
      }
    }
    FrameEncoder.end(out, at, id(), FrameType.OPEN, flags);
  }

  private int encodeMethod(ByteBuffer out, MethodIds ids) {
    int known = ids.known(methodName);
    if (known != MethodIds.NOT_INTERNED) {
      out.putInt(known);
      return 0;
    }
    out.putInt(ids.assign(methodName));
    byte[] name = methodName.getBytes(StandardCharsets.UTF_8);
    out.putShort((short) name.length);
    out.put(name);
    return FrameType.FLAG_METHOD_NAME;
  }

  @Override
  @GuardedBy("this")
  boolean keeps(OutboundMessage message) {
    return sent.add(message);
  }

  @Override
  boolean owesCallback() {
    return isHandedOver() || super.owesCallback();
  }

  @Override
  void afterSend() {
    boolean sentAll;
    boolean first;
    boolean again;
    synchronized (this) {
      sentAll = isHandedOver();
      first = sentAll && !wasHandedOver;
      wasHandedOver |= sentAll;
      again = sentAll && uncountAgain();
    }
    // The stream stays on its connection until the peer is done.
    if (!sentAll) {
      super.afterSend();
    } else if (first) {
      handOverIfOneWay();
    } else if (again) {
      call.overAgain();
    }
  }

  /** What the peer has said something about was handed over, if nobody else has told yet. */
  private void handOverIfOneWay() {
    if (oneWay && !callbacks.isTerminated()) {
      callbacks.terminate(new Closed(Status.OK, new Metadata(), false), false);
    }
  }

  /** Whether the call was counted again, which it is no more. */
  private synchronized boolean uncountAgain() {
    boolean was = countedAgain;
    countedAgain = false;
    return was;
  }

  /** Whether this is a one-way call that has been sent, and not begun anew since. */
  private boolean isHandedOver() {
    return oneWay && state() == StreamState.LOCAL_ENDED;
  }

  // What came.

  /** The peer's initial metadata came. */
  void receiveHeaders(Metadata headers) throws StreamException {
    if (!hearHeaders()) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR, "HEADERS came twice, or after the first message");
    }
    callbacks.add(headers);
  }

  /** The peer has taken the call on: it is not made again. */
  synchronized void answered() {
    sent.forget();
  }

  /** The peer closed the call; its connection has forgotten the stream already. */
  void receiveClose(Status status, Metadata trailers) {
    close();
    handOverIfOneWay();
    if (status.isOk() && inMessage()) {
      Status inside = Status.INTERNAL.withDescription("the call was closed inside a message");
      finish(new Closed(call.seenByCaller(inside), trailers, true), true);
    } else {
      finish(new Closed(call.seenByCaller(status), trailers, true), false);
    }
  }

  @Override
  void receiveCancel(CancelCode code, String text) {
    Connection on = connection();
    if (code == CancelCode.NOT_PROCESSED && !refusedBefore && on != null) {
      refusedBefore = true;
      on.end().lose(this, false, code.status().withDescription(text));
      return;
    }
    handOverIfOneWay();
    finish(
        code == CancelCode.DEADLINE_EXCEEDED
            ? call.deadlineExceeded(text)
            : code.status().withDescription(text));
  }

  @Override
  void failed(StreamException cause) {
    finish(cause.status());
  }

  @Override
  void connectionLost(Status reason) {
    finish(reason);
  }

  /** Not if what was sent is not there any more, nor if the peer has begun to answer. */
  @Override
  synchronized boolean detach() {
    if (!sent.isComplete() || hasHeard() || state().isOver()) {
      return false;
    }
    rewind(sent);
    if (wasHandedOver && !countedAgain) {
      countedAgain = true;
      call.countAgain();
    }
    return true;
  }

  @Override
  void makeAgain(Status reason) {
    call.submitAgain(reason);
  }

  /** Ends the call from this side; only the first end counts. */
  void finish(Status status) {
    finish(new Closed(call.seenByCaller(status), new Metadata(), false), true);
  }

  private void finish(Closed event, boolean dropOthers) {
    reset();
    releasePartial();
    boolean first = callbacks.terminate(event, dropOthers);
    if (uncountAgain()) {
      call.overAgain();
    }
    if (!first && oneWay && !event.status.isOk()) {
      Status failed = event.status;
      Log.debug(
          () ->
              "the one-way call "
                  + this
                  + " failed: "
                  + failed.getCode()
                  + " "
                  + Escape.text(String.valueOf(failed.getDescription())));
    }
  }

  /**
   * Whether its caller has something else to do than to wait for input of {@code on}: callbacks
   * that were handed over already, or the call is over, or made again elsewhere.
   */
  boolean needsItsCaller(Connection on) {
    return connection() != on || callbacks.isScheduledOrTerminated();
  }

  /** Whether its callbacks go to a queue that a blocking stub's thread empties. */
  boolean waitsInItsStub() {
    return call.waitsInItsStub();
  }

  @Override
  boolean isInline() {
    return call.isInline();
  }

  @Override
  public void run() {
    call.dispatch(callbacks);
  }

  @Override
  void runWithoutConnection() {
    call.dispatchWithoutConnection();
  }

  @Override
  public void deliver(Object event) {
    call.deliver(event);
  }

  @Override
  public void heldUp() {
    call.heldUp();
  }

  @Override
  public String toString() {
    return methodName + " on stream " + Integer.toUnsignedString(id());
  }
}
