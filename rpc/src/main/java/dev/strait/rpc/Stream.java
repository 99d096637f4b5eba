package dev.strait.rpc;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.framing.FrameHeader;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One call on a connection: what it still has to send, what came, and its state.
 *
 * <p>Frames are encoded under the connection's lock and then this monitor; frames that came are
 * handled by the reading role. User code runs in the callbacks only.
 */
abstract class Stream implements CallbackQueue.Owner, Runnable {
  /** Below so many unframed bytes a stream is ready for more, as in gRPC. */
  static final int DEFAULT_READY_THRESHOLD_BYTES = 32 * 1024;

  /** What a message that waits takes on the heap beside its bytes and its overhead in credit. */
  private static final int MESSAGE_OBJECTS_BYTES = 64;

  /** Smaller pieces of a larger message wait for more credit. */
  private static final int MIN_PIECE_BYTES = 16 * 1024;

  final CallbackQueue callbacks = new CallbackQueue(this);

  private volatile @Nullable Connection connection;
  private volatile int id;

  /** Made by the reading role when more comes than one message that is whole at once. */
  private volatile @Nullable StreamReceiver receiver;

  // Guarded by the connection's lock.
  boolean inSendQueue;
  private @Nullable SendCredit sendCredit; // made when this side sends more than a last message

  // Used by the reading role only.
  private int maxMessageBytes;
  private boolean heard;

  @GuardedBy("this")
  private StreamState state = StreamState.IDLE;

  @GuardedBy("this")
  private @Nullable OutboundMessage firstOutbound;

  @GuardedBy("this")
  private @Nullable OutboundMessage lastOutbound; // null if there is no first

  @GuardedBy("this")
  private long outboundBytes;

  @GuardedBy("this")
  private int readyThresholdBytes = DEFAULT_READY_THRESHOLD_BYTES;

  @GuardedBy("this")
  private boolean readyOwed;

  /** Puts the stream on a connection, before anything is sent or received. */
  final void bind(Connection on, int maxBytes) {
    sendCredit = null;
    receiver = null;
    maxMessageBytes = maxBytes;
    connection = on;
  }

  private Connection bound() {
    Connection on = connection;
    if (on == null) {
      throw new IllegalStateException("not bound");
    }
    return on;
  }

  final @Nullable Connection connection() {
    return connection;
  }

  /** The id on the wire; 0 until the stream is opened. */
  final int id() {
    return id;
  }

  /** The stream is on the wire from now on. */
  final void opened(int streamId) {
    id = streamId;
    move(StreamState.Event.OPEN);
  }

  final synchronized void move(StreamState.Event event) {
    state = state.after(event);
  }

  final synchronized StreamState state() {
    return state;
  }

  /** The peer sends no more messages; false if the stream is over anyway. */
  final synchronized boolean remoteEnds() {
    if (state.isOver()) {
      return false;
    }
    move(StreamState.Event.REMOTE_END);
    return true;
  }

  /** The stream's CLOSE was sent, or came. What was not sent is dropped. */
  final synchronized void close() {
    move(StreamState.Event.CLOSE);
    dropOutbound();
  }

  /** The stream ends otherwise; false if it was closed in order before. */
  final synchronized boolean reset() {
    move(StreamState.Event.RESET);
    dropOutbound();
    return state == StreamState.RESET;
  }

  /** Forgets the connection, which did nothing for the stream, and sends all messages again. */
  final synchronized void rewind(SentMessages sent) {
    move(StreamState.Event.REWIND);
    id = 0;
    connection = null;
    OutboundMessage begun = firstOutbound;
    if (begun != null) {
      outboundBytes += begun.rewind();
    }
    for (OutboundMessage message = sent.takeLast(); message != null; message = sent.takeLast()) {
      message.next = firstOutbound;
      firstOutbound = message;
      lastOutbound = lastOutbound == null ? message : lastOutbound;
      outboundBytes += message.rewind();
    }
  }

  // What is to be sent.

  /**
   * Appends a message; the connection is asked to send it separately.
   *
   * @return false if the stream is closed, so that it is dropped
   */
  @CanIgnoreReturnValue
  final synchronized boolean enqueue(OutboundMessage message) {
    if (state.isOver()) {
      return false;
    }
    if (lastOutbound == null) {
      firstOutbound = message;
    } else {
      lastOutbound.next = message;
    }
    lastOutbound = message;
    outboundBytes += message.length;
    return true;
  }

  /** How many bytes of messages wait to be sent; none if the stream is over. */
  final synchronized long unsentBytes() {
    return state.isOver() ? 0 : outboundBytes;
  }

  /** How large the messages are that wait, in order. */
  final synchronized int[] outboundSizes() {
    IntStream.Builder sizes = IntStream.builder();
    for (OutboundMessage next = firstOutbound; next != null; next = next.next) {
      sizes.add(next.length);
    }
    return sizes.build().toArray();
  }

  /** Drops the messages that were not sent. */
  final synchronized void dropOutbound() {
    firstOutbound = null;
    lastOutbound = null;
    outboundBytes = 0;
  }

  /** The callback that messages may be sent is owed from the start. */
  final synchronized void oweReady() {
    readyOwed = true;
  }

  final synchronized void setReadyThreshold(int bytes) {
    readyThresholdBytes = bytes;
  }

  /** Whether more messages may be added without piling them up; owes a callback when not. */
  final synchronized boolean isReady() {
    boolean ready = connection != null && !state.isOver() && outboundBytes < readyThresholdBytes;
    readyOwed |= !ready;
    return ready;
  }

  /** Whether {@link #afterSend} is due. Called under the connection's lock. */
  boolean owesCallback() {
    synchronized (this) {
      return readyOwed && outboundBytes < readyThresholdBytes && !state.isOver();
    }
  }

  /** Tells the call what sending has led to. Called without a lock. */
  void afterSend() {
    synchronized (this) {
      if (!readyOwed) {
        return;
      }
      readyOwed = false;
    }
    callbacks.ready();
  }

  /**
   * Encodes the next frame if there is one and its credit is there. Called under the connection's
   * lock.
   *
   * @return whether a frame was encoded
   */
  final boolean encodeNext(ByteBuffer out, Streams on) {
    synchronized (this) {
      return !state.isOver() && encode(out, on);
    }
  }

  /** {@link #encodeNext} for this kind of stream, under both locks. */
  @GuardedBy("this")
  abstract boolean encode(ByteBuffer out, Streams on);

  @GuardedBy("this")
  final boolean hasOutbound() {
    return firstOutbound != null;
  }

  @GuardedBy("this")
  final boolean hasSeveralOutbound() {
    return firstOutbound != lastOutbound;
  }

  @GuardedBy("this")
  private void removeOutbound(OutboundMessage first) {
    firstOutbound = first.next;
    first.next = null;
    if (firstOutbound == null) {
      lastOutbound = null;
    }
  }

  /**
   * Takes the first message, which must be the last one too, if it fits into a frame that holds
   * {@code dataBytes} already and its credit is there. The caller then {@linkplain #put puts} it
   * into the frame.
   */
  @GuardedBy("this")
  final @Nullable OutboundMessage takeWhole(int dataBytes, Streams on) {
    OutboundMessage message = firstOutbound;
    if (message == null || message.begun) {
      return null;
    }
    long frame = (long) dataBytes + message.length;
    long cost = frame + Limits.MESSAGE_OVERHEAD_BYTES;
    if (frame > Limits.MAX_FRAME_BYTES || cost > creditOn(on)) {
      return null;
    }
    on.credit().spend(cost);
    removeOutbound(message);
    outboundBytes -= message.length;
    message.framed = message.length;
    return message;
  }

  /** Puts a message that was taken whole into its frame. */
  @GuardedBy("this")
  final void put(OutboundMessage message, ByteBuffer out) {
    out.put(message.bytes, 0, message.length);
    doneWith(message);
  }

  /** All of a message was encoded. A large array is used again. */
  @GuardedBy("this")
  private void doneWith(OutboundMessage message) {
    if (!keeps(message)) {
      LargeArrays.give(message.bytes);
    }
  }

  /**
   * Encodes the next piece of the first message.
   *
   * @param end whether the side ends its messages with this one
   */
  @GuardedBy("this")
  final boolean encodeMessage(ByteBuffer out, Streams on, boolean end) {
    OutboundMessage message = requireNonNull(firstOutbound);
    int overhead = message.begun ? 0 : Limits.MESSAGE_OVERHEAD_BYTES;
    long credit = creditOn(on) - overhead;
    int remaining = message.remaining();
    boolean inOnePiece = remaining <= Limits.MAX_FRAME_BYTES && remaining <= credit;
    int prefix = message.begun || inOnePiece ? 0 : Integer.BYTES;
    int piece = (int) Math.min(Math.min(remaining, credit), Limits.MAX_FRAME_BYTES - prefix);
    if (piece < remaining && piece < minPieceBytes()) {
      return false;
    }
    boolean more = piece < remaining;
    boolean last = !more && !hasSeveralOutbound() && end;
    int flags =
        (message.begun ? FrameType.FLAG_CONTINUED : 0)
            | (more ? FrameType.FLAG_MORE : 0)
            | (last ? FrameType.FLAG_END : 0);
    FrameHeader.put(out, prefix + piece, id, FrameType.MESSAGE, flags);
    if (prefix > 0) {
      out.putInt(message.length);
    }
    out.put(message.bytes, message.framed, piece);
    message.framed += piece;
    message.begun = true;
    long cost = (long) piece + overhead;
    sendCredit().spend(cost);
    on.credit().spend(cost);
    outboundBytes -= piece;
    if (!more) {
      removeOutbound(message);
      doneWith(message);
    }
    return true;
  }

  /** All of a message was encoded: whether it is kept, to be sent again if need be. */
  @GuardedBy("this")
  abstract boolean keeps(OutboundMessage message);

  /**
   * A receiver grants half a window at the latest, so a piece of that size never waits for ever.
   */
  private int minPieceBytes() {
    Hello peer = bound().peer();
    long smallestWindow = Math.min(peer.streamWindowBytes(), peer.connectionWindowBytes());
    return (int) Math.min(MIN_PIECE_BYTES, smallestWindow / 2 - Limits.MESSAGE_OVERHEAD_BYTES);
  }

  private long creditOn(Streams on) {
    SendCredit own = sendCredit;
    long available = own == null ? bound().peer().streamWindowBytes() : own.available();
    return Math.min(available, on.credit().available());
  }

  private SendCredit sendCredit() {
    SendCredit own = sendCredit;
    if (own == null) {
      own = new SendCredit(bound().peer().streamWindowBytes());
      sendCredit = own;
    }
    return own;
  }

  /** The peer raised this stream's credit. Called under the connection's lock. */
  final boolean raiseCredit(long limit) throws WireException {
    return sendCredit().raise(limit);
  }

  // What came.

  /**
   * A message, or a piece of one, came. Called by the reading role.
   *
   * @param cost its credit, which the stream holds from now on, unless this throws
   */
  final void receiveMessage(ByteBuffer data, int flags, int cost) throws StreamException {
    heard = true;
    boolean more = (flags & FrameType.FLAG_MORE) != 0;
    boolean continued = (flags & FrameType.FLAG_CONTINUED) != 0;
    StreamReceiver known = receiver;
    InboundMessage message;
    if (more || continued || (known != null && known.isBusy())) {
      checkCredit(cost, false);
      message = receiver().add(data, more, continued, cost);
    } else {
      checkCredit(cost, (flags & FrameType.FLAG_END) != 0);
      message = receiveWhole(data, cost);
    }
    if (message != null) {
      callbacks.add(message);
    }
  }

  private InboundMessage receiveWhole(ByteBuffer data, int cost) throws StreamException {
    MessageAssembler.checkSize(data.remaining(), maxMessageBytes);
    long memory = takeIfMuchIsUnread(cost);
    InboundMessage message;
    try {
      message = MessageAssembler.whole(data);
    } catch (Error e) {
      giveMemory(memory);
      throw e;
    }
    message.hold(cost);
    message.holdMemory(bound(), memory);
    return message;
  }

  /**
   * Takes memory for a message of one frame if much is unread: connections have more credit than
   * there can be memory for. Called by the reading role.
   *
   * @return how much
   */
  final long takeIfMuchIsUnread(int cost) throws StreamException {
    Connection on = bound();
    if (!on.leavesMuchUnread()) {
      return 0;
    }
    long memory = (long) cost + MESSAGE_OBJECTS_BYTES;
    on.memory().take(on, memory);
    return memory;
  }

  /**
   * Where the data of a frame with a message, which comes in pieces, is best gathered. Called by
   * the reading role.
   *
   * @return null if nowhere in particular, also if the frame is to be refused
   */
  final @Nullable ByteBuffer gatherInto(int flags, int length, ByteBuffer begin) {
    boolean continued = (flags & FrameType.FLAG_CONTINUED) != 0;
    boolean more = (flags & FrameType.FLAG_MORE) != 0;
    return receiver().gatherInto(continued, more, length, begin);
  }

  private void checkCredit(int cost, boolean last) throws StreamException {
    StreamReceiver known = receiver;
    boolean covered =
        (known == null && last)
            ? cost <= bound().limits().streamWindowBytes()
            : receiver().credit().receive(cost);
    if (!covered) {
      throw new StreamException(
          CancelCode.FLOW_CONTROL_ERROR,
          "a message frame of " + cost + " bytes is over the credit of stream " + id);
    }
  }

  private StreamReceiver receiver() {
    StreamReceiver own = receiver;
    if (own == null) {
      own = new StreamReceiver(this, bound(), maxMessageBytes);
      receiver = own;
    }
    return own;
  }

  /** Whether a message has begun and not ended. Called by the reading role. */
  final boolean inMessage() {
    StreamReceiver known = receiver;
    return known != null && known.inMessage();
  }

  /** Whether metadata, a message or a piece of one has come. Called by the reading role. */
  final boolean hasHeard() {
    return heard;
  }

  /** The peer's initial metadata came; false if it is too late for that. */
  final boolean hearHeaders() {
    boolean first = !heard;
    heard = true;
    return first;
  }

  /** The application wants {@code count} more messages. */
  final void requestMessages(int count) {
    callbacks.request(count);
    StreamReceiver known = receiver;
    if (known != null) {
      known.releaseCreditIfWanted();
    }
  }

  /** The application has got a message, or it was dropped: its credit goes back. */
  final void consumed(long credit) {
    Connection on = connection;
    if (on == null || credit == 0) {
      return;
    }
    StreamReceiver known = receiver;
    if (known == null) {
      on.consumedOfConnection(credit);
    } else {
      on.consumed(this, known.credit(), credit);
    }
  }

  @Override
  public final void dropped(long credit) {
    consumed(credit);
  }

  /** What the decoder gathered for this stream has come, or never will. By the reading role. */
  final void gathered() {
    StreamReceiver known = receiver;
    if (known != null) {
      known.gathered();
    }
  }

  /** Gives back what a message that will never be whole holds. */
  final void releasePartial() {
    StreamReceiver known = receiver;
    if (known != null) {
      known.release();
    }
  }

  /** Gives back so much of the {@link MessageMemory}, if any. */
  final void giveMemory(long bytes) {
    Connection on = connection;
    if (on != null && bytes > 0) {
      on.memory().give(on, bytes);
    }
  }

  @Override
  public final void schedule(CallbackQueue queue) {
    Connection on = connection;
    if (on == null) {
      runWithoutConnection();
    } else {
      on.reading().schedule(this);
    }
  }

  /** Runs the callbacks that wait when there is no connection whose reader could. */
  abstract void runWithoutConnection();

  /** Whether callbacks run on the thread that reads, for want of an executor. */
  abstract boolean isInline();

  /** Runs the callbacks that wait, where this call wants them run. May run user code. */
  @Override
  public abstract void run();

  // What the peer or the connection does to the call. Called by the reading role unless noted.

  /** The peer reset the stream. */
  abstract void receiveCancel(CancelCode code, String text);

  /** This side found the peer at fault, and has reset the stream. */
  abstract void failed(StreamException cause);

  /**
   * Takes the stream from its connection, on which nothing was done for it, so that the call can be
   * made again; false if it cannot. Called under the connection's lock.
   */
  abstract boolean detach();

  /** Makes the call again, after {@link #detach}. Called without a lock, by any thread. */
  abstract void makeAgain(io.grpc.Status reason);

  /** The stream ends with its connection. Called without a lock, by any thread. */
  abstract void connectionLost(io.grpc.Status reason);
}
