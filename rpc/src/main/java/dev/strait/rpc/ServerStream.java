package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.framing.FrameEncoder;
import dev.strait.framing.FrameHeader;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A call that the peer made. */
final class ServerStream extends Stream {
  /** The event that the caller sends no more messages. */
  static final Object HALF_CLOSED = new Object();

  /** The terminal event of a call whose close was handed to the transport. */
  static final Object COMPLETED = new Object();

  /** The terminal event of a call that ended otherwise. */
  record Cancelled(Status reason) {}

  private static final int MAX_DESCRIPTION_BYTES = 8 * 1024;

  /** Larger metadata is sent in two frames, because all of it might not fit one. */
  private static final int MAX_METADATA_IN_CLOSE_BYTES = 48 * 1024;

  /** What a handler's side of the call does with the stream's events. */
  interface Call {
    void deliver(Object event);

    boolean isInline();

    void dispatch(CallbackQueue callbacks);

    /**
     * The stream is on its connection: the handler may begin.
     *
     * @throws StreamException if too many run and wait
     */
    void begin() throws StreamException;

    /** The call is over before its handler closed it. Any thread; must not run user code. */
    void cancelled(Status reason);
  }

  private final Call call;

  @GuardedBy("this")
  private boolean holdUntilClose;

  @GuardedBy("this")
  private byte @Nullable [] headers; // until they are sent

  @GuardedBy("this")
  private @Nullable Status closeStatus;

  @GuardedBy("this")
  private byte[] trailers = MetadataCodec.EMPTY;

  /** Of the {@link MessageMemory}: what waits for the peer, since the handler is done. */
  @GuardedBy("this")
  private long unsentMemory;

  ServerStream(Call call) {
    this.call = call;
  }

  /** The stream is on its connection. */
  void begin() throws StreamException {
    call.begin();
  }

  /** The method answers once, so that its answer is sent in one frame when it closes. */
  synchronized void holdUntilClose() {
    holdUntilClose = true;
  }

  synchronized void sendHeaders(byte[] metadata) {
    headers = metadata;
  }

  /** The call ends with {@code status} when what was sent before is sent. */
  synchronized void sendClose(Status status, byte[] metadata) {
    closeStatus = status;
    trailers = metadata;
  }

  /**
   * The handler is done: what the peer has not taken counts from now on.
   *
   * @throws StreamException if there is no room for it
   */
  void holdUnsent() throws StreamException {
    Connection on = connection();
    long unsent = unsentBytes();
    if (on == null || unsent == 0) {
      return;
    }
    on.memory().take(on, unsent);
    synchronized (this) {
      unsentMemory += unsent;
    }
    if (state().isOver()) {
      // It was sent, or ended, meanwhile.
      releaseUnsent();
    }
  }

  private void releaseUnsent() {
    long unsent;
    synchronized (this) {
      unsent = unsentMemory;
      unsentMemory = 0;
    }
    giveMemory(unsent);
  }

  /** With what the call was closed; null if it was not. */
  synchronized @Nullable Status closeStatus() {
    return closeStatus;
  }

  @Override
  @GuardedBy("this")
  boolean encode(ByteBuffer out, Streams on) {
    Status status = closeStatus;
    if (holdUntilClose && status == null) {
      return false;
    }
    if (status != null && (!hasOutbound() || (holdUntilClose && !hasSeveralOutbound()))) {
      boolean encoded = encodeClose(out, on, status);
      if (encoded) {
        return true;
      }
    }
    byte[] unsentHeaders = headers;
    if (unsentHeaders != null) {
      headers = null;
      Frames.headers(out, id(), unsentHeaders);
      return true;
    }
    return hasOutbound() && encodeMessage(out, on, false);
  }

  /**
   * Hot: the answer of a unary call is this one frame. Guarded by the benchmark of the unary calls.
   *
   * @return false if what waits before it has no room or no credit here
   */
  @GuardedBy("this")
  private boolean encodeClose(ByteBuffer out, Streams on, Status status) {
    int at = FrameEncoder.begin(out);
    int flags = 0;
    out.put((byte) status.getCode().value());
    String description = status.getDescription();
    byte[] text = description == null ? new byte[0] : description.getBytes(StandardCharsets.UTF_8);
    int textLength = Math.min(text.length, MAX_DESCRIPTION_BYTES);
    out.putShort((short) textLength);
    out.put(text, 0, textLength);
    byte[] unsentHeaders = headers;
    if (unsentHeaders != null) {
      if (unsentHeaders.length + trailers.length > MAX_METADATA_IN_CLOSE_BYTES) {
        out.position(at);
        return false;
      }
      out.put(unsentHeaders);
      flags |= FrameType.FLAG_WITH_HEADERS;
    }
    out.put(trailers);
    if (hasOutbound()) {
      OutboundMessage message = takeWhole(out.position() - at - FrameHeader.BYTES, on);
      if (message == null) {
        out.position(at);
        return false;
      }
      put(message, out);
      flags |= FrameType.FLAG_WITH_MESSAGE;
    }
    FrameEncoder.end(out, at, id(), FrameType.CLOSE, flags);
    close();
    on.forget(this);
    return true;
  }

  @Override
  boolean owesCallback() {
    return state() == StreamState.CLOSED || super.owesCallback();
  }

  @Override
  void afterSend() {
    if (state() == StreamState.CLOSED) {
      releasePartial();
      releaseUnsent();
      callbacks.terminate(COMPLETED, true);
      Connection on = connection();
      if (on != null) {
        on.end().closeIfDrained();
      }
    } else {
      super.afterSend();
    }
  }

  @Override
  @GuardedBy("this")
  boolean keeps(OutboundMessage message) {
    return false;
  }

  /** The caller sends no more messages. */
  void receiveEnd() {
    if (remoteEnds()) {
      callbacks.add(HALF_CLOSED);
    }
  }

  @Override
  void receiveCancel(CancelCode code, String text) {
    // Its handler may throw that again, and what a handler throws is logged.
    cancel(code.status().withDescription(Escape.text(text)));
  }

  @Override
  void failed(StreamException cause) {
    cancel(cause.status());
  }

  @Override
  boolean detach() {
    return false;
  }

  @Override
  void makeAgain(Status reason) {
    throw new IllegalStateException("the peer makes its calls");
  }

  @Override
  void connectionLost(Status reason) {
    // Also when the close was encoded, which the transport may not have taken.
    reset();
    end(reason);
  }

  /** Ends the call before its handler did; only the first end counts. */
  void cancel(Status reason) {
    if (reset()) {
      end(reason);
    }
  }

  private void end(Status reason) {
    releasePartial();
    releaseUnsent();
    if (callbacks.terminate(new Cancelled(reason), true)) {
      call.cancelled(reason);
    }
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
    run();
  }

  @Override
  public void heldUp() {} // Its terminal events wait for nothing.

  @Override
  public void deliver(Object event) {
    call.deliver(event);
  }

  @Override
  public String toString() {
    return call + " on stream " + Integer.toUnsignedString(id());
  }
}
