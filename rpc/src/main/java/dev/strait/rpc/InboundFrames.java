package dev.strait.rpc;

import dev.strait.framing.FrameException;
import dev.strait.framing.FrameListener;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What each frame that comes does. A fault of the peer ends the stream, or with a {@link
 * WireException} the connection. Used by the reading role only; runs no user code.
 */
final class InboundFrames implements FrameListener {
  private static final int MAX_IDLE = 1000;

  /** More than all the messages, of no bytes, that the credit of a connection lets be under way. */
  private static final int MAX_LATE = 500_000;

  private final Connection connection;
  private final MethodNames methodNames;
  private final ReceiveCredit connectionCredit;

  /** The credit of the frame at hand that no stream holds. */
  private int unclaimed;

  private long paid;

  /** For which the decoder gathers a frame; null if for none. */
  private @Nullable Stream gathering;

  private int idle; // frames that said nothing, since one that did
  private int late; // frames for streams that are over, since then
  private boolean saysSomething; // the frame at hand

  InboundFrames(Connection connection, ReceiveCredit connectionCredit) {
    this.connection = connection;
    this.methodNames = new MethodNames(connection.limits().maxMethods());
    this.connectionCredit = connectionCredit;
  }

  /** Hot: guarded by the benchmark of the unary calls. */
  @Override
  public void onFrame(int streamId, int type, int flags, ByteBuffer data) throws FrameException {
    release();
    if (!isKnown(streamId, type, flags)) {
      countIdle();
      return;
    }
    saysSomething = true;
    pay(FrameType.cost(type, flags, data.remaining()));
    try {
      switch (type) {
        case FrameType.HELLO -> connection.receiveHello(data);
        case FrameType.OPEN -> open(streamId, flags, data);
        case FrameType.HEADERS -> headers(streamId, data);
        case FrameType.MESSAGE -> message(streamId, flags, data);
        case FrameType.CLOSE -> close(streamId, flags, data);
        case FrameType.CANCEL -> cancel(streamId, data);
        case FrameType.WINDOW -> window(streamId, data);
        case FrameType.PING -> ping(flags, data);
        case FrameType.GO_AWAY -> goAway(data);
        default -> throw new AssertionError(type);
      }
    } catch (StreamException e) {
      if (e.isALimit()) {
        connection.monitor().hitLimit(connection, e.text());
      }
      failStream(streamId, e);
    } finally {
      returnUnclaimed();
    }
    if (saysSomething) {
      idle = 0;
      late = 0;
    }
  }

  /** A message is gathered where it will be, and not copied there when its frame is whole. */
  @Override
  public @Nullable ByteBuffer gatherInto(
      int streamId, int type, int flags, int length, ByteBuffer begin) throws WireException {
    boolean known = (flags & ~FrameType.knownFlags(FrameType.MESSAGE)) == 0;
    if (type != FrameType.MESSAGE || !known || !connectionCredit.covers(length)) {
      return null;
    }
    Stream stream = streamId == 0 ? null : connection.calls().openOrClosed(streamId);
    ByteBuffer into = stream == null ? null : stream.gatherInto(flags, length, begin);
    gathering = into == null ? null : stream;
    return into;
  }

  /** Nothing is gathered any more: the frame has come, or the connection has ended. */
  void release() {
    Stream gathered = gathering;
    if (gathered != null) {
      gathering = null;
      gathered.gathered();
    }
  }

  /** False for a frame to ignore. */
  private boolean isKnown(int streamId, int type, int flags) throws WireException {
    int knownFlags = FrameType.knownFlags(type);
    if (knownFlags < 0) {
      if (FrameType.isIgnoredWhenUnknown(type)) {
        return false;
      }
      throw protocolError("frame type " + FrameType.describe(type) + " is not known");
    }
    if ((flags & ~knownFlags) != 0) {
      throw protocolError(
          String.format(
              "%s with flags 0x%02x, known are 0x%02x",
              FrameType.describe(type), flags, knownFlags));
    }
    if (FrameType.isOfConnection(type) != (streamId == 0) && type != FrameType.WINDOW) {
      throw protocolError(
          FrameType.describe(type) + " on stream " + Integer.toUnsignedString(streamId));
    }
    return true;
  }

  private void open(int streamId, int flags, ByteBuffer data)
      throws WireException, StreamException {
    connection.calls().checkNextPeerId(streamId);
    String method = methodNames.read(data, (flags & FrameType.FLAG_METHOD_NAME) != 0);
    long timeoutNanos =
        (flags & FrameType.FLAG_TIMEOUT) != 0 ? Fields.i64(data, "OPEN") : Long.MAX_VALUE;
    int descriptors = Fields.u16(data, "OPEN");
    if (descriptors != 0) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR, descriptors + " descriptors came, none are accepted");
    }
    Metadata metadata = MetadataCodec.decode(data, connection.limits().maxMetadataBytes());
    checkCompression(flags);
    boolean oneWay = (flags & FrameType.FLAG_ONE_WAY) != 0;
    ServerStream stream =
        connection.calls().accept(streamId, method, metadata, timeoutNanos, oneWay);
    if ((flags & FrameType.FLAG_WITH_MESSAGE) != 0) {
      receive(stream, data, flags & FrameType.FLAG_END);
    }
    if ((flags & FrameType.FLAG_END) != 0) {
      stream.receiveEnd();
    }
  }

  private void headers(int streamId, ByteBuffer data) throws WireException, StreamException {
    Stream stream = openOrLate(streamId);
    if (stream != null) {
      ClientStream client = client(stream, "HEADERS");
      client.receiveHeaders(MetadataCodec.decode(data, connection.limits().maxMetadataBytes()));
      client.answered();
    }
  }

  private void message(int streamId, int flags, ByteBuffer data)
      throws WireException, StreamException {
    boolean more = (flags & FrameType.FLAG_MORE) != 0;
    boolean end = (flags & FrameType.FLAG_END) != 0;
    boolean noMessage = (flags & FrameType.FLAG_NO_MESSAGE) != 0;
    boolean onlyEnd = flags == (FrameType.FLAG_END | FrameType.FLAG_NO_MESSAGE);
    Stream stream = openOrLate(streamId);
    if (stream == null) {
      return;
    }
    if (stream.state() == StreamState.REMOTE_ENDED) {
      throw new StreamException(CancelCode.PROTOCOL_ERROR, "a message came after the end");
    }
    checkCompression(flags);
    if (noMessage && (!onlyEnd || data.hasRemaining() || stream.inMessage())) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR, "MESSAGE says that there is none, but has one or no end");
    }
    if (!noMessage) {
      receive(stream, data, flags);
    }
    if (stream instanceof ClientStream client) {
      client.answered();
    }
    if (end) {
      if (more || !(stream instanceof ServerStream server)) {
        throw new StreamException(CancelCode.PROTOCOL_ERROR, "an end came where none can be");
      }
      server.receiveEnd();
    }
  }

  private void close(int streamId, int flags, ByteBuffer data)
      throws WireException, StreamException {
    Stream stream = openOrLate(streamId);
    if (stream == null) {
      return;
    }
    ClientStream client = client(stream, "CLOSE");
    Status status = Status.fromCodeValue(Fields.u8(data, "CLOSE"));
    String description = Fields.text(data, Fields.u16(data, "CLOSE"), "CLOSE");
    if (!description.isEmpty()) {
      status = status.withDescription(description);
    }
    int maxMetadata = connection.limits().maxMetadataBytes();
    boolean withHeaders = (flags & FrameType.FLAG_WITH_HEADERS) != 0;
    Metadata headers = withHeaders ? MetadataCodec.decode(data, maxMetadata) : null;
    Metadata trailers = MetadataCodec.decode(data, maxMetadata);
    checkCompression(flags);
    // An executor may deliver them at once: nothing after them is to be refused for its form.
    if (headers != null) {
      client.receiveHeaders(headers);
    }
    if ((flags & FrameType.FLAG_WITH_MESSAGE) != 0) {
      receive(client, data, FrameType.FLAG_END);
    }
    connection.calls().forget(client);
    client.receiveClose(status, trailers);
  }

  private void cancel(int streamId, ByteBuffer data) throws WireException, StreamException {
    Stream stream = openOrLate(streamId);
    if (stream != null) {
      CancelCode code = CancelCode.of(Fields.i32(data, "CANCEL"));
      String text = Fields.text(data, Fields.u16(data, "CANCEL"), "CANCEL");
      connection.calls().forget(stream);
      stream.receiveCancel(code, text);
    }
  }

  private void window(int streamId, ByteBuffer data) throws WireException, StreamException {
    if (streamId != 0 && openOrLate(streamId) == null) {
      return;
    }
    if (!connection.calls().raiseCredit(streamId, Fields.i64(data, "WINDOW"))) {
      stillIdle();
    }
  }

  private void ping(int flags, ByteBuffer data) throws WireException, StreamException {
    long payload = Fields.i64(data, "PING");
    if ((flags & FrameType.FLAG_PONG) != 0) {
      stillIdle();
      connection.receivePong(payload);
    } else {
      connection.receivePing(payload);
    }
  }

  private void goAway(ByteBuffer data) throws WireException, StreamException {
    GoAwayReason reason = GoAwayReason.of(Fields.i32(data, "GO_AWAY"));
    int lastStreamId = Fields.i32(data, "GO_AWAY");
    String text = Fields.text(data, Fields.u16(data, "GO_AWAY"), "GO_AWAY");
    if (!connection.hasHeardHello()) {
      connection.turnedAway();
    }
    if (!connection.end().peerGoesAway(reason, lastStreamId, text)) {
      stillIdle();
    }
  }

  /** The stream of a frame; null if that is over, and the frame late. */
  private @Nullable Stream openOrLate(int streamId) throws WireException {
    Stream stream = connection.calls().openOrClosed(streamId);
    if (stream == null) {
      saysSomething = false;
      if (++late > MAX_LATE) {
        throw new WireException(
            GoAwayReason.LIMIT_EXCEEDED,
            "more than " + MAX_LATE + " frames in a row were for streams that are over");
      }
    }
    return stream;
  }

  /** The frame has said nothing after all. */
  private void stillIdle() throws WireException {
    saysSomething = false;
    countIdle();
  }

  /** A frame came that says nothing: so many in a row are a flood (F7). */
  private void countIdle() throws WireException {
    if (++idle > MAX_IDLE) {
      throw new WireException(
          GoAwayReason.LIMIT_EXCEEDED,
          "more than "
              + MAX_IDLE
              + " frames in a row said nothing: of types that are ignored, WINDOW that raises"
              + " nothing, or answers to pings");
    }
  }

  private void failStream(int streamId, StreamException e) throws WireException {
    if (streamId == 0) {
      throw protocolError(e.text());
    }
    connection.calls().fail(streamId, e);
  }

  /** Takes the connection's credit for a message that came. */
  private void pay(int cost) throws WireException {
    if (cost > 0 && !connectionCredit.receive(cost)) {
      throw new WireException(
          GoAwayReason.FLOW_CONTROL_ERROR,
          "a message frame of " + cost + " bytes is over the connection's credit");
    }
    unclaimed = cost;
    paid += cost;
  }

  /** The credit of all that came. */
  long paid() {
    return paid;
  }

  /** The credit that was paid goes over to the stream that holds the message. */
  private void receive(Stream stream, ByteBuffer data, int flags) throws StreamException {
    stream.receiveMessage(data, flags, unclaimed);
    unclaimed = 0;
  }

  /** Credit that no stream has claimed goes back to the peer. */
  private void returnUnclaimed() {
    int rest = unclaimed;
    if (rest > 0) {
      unclaimed = 0;
      connection.consumedOfConnection(rest);
    }
  }

  private static void checkCompression(int flags) throws StreamException {
    if ((flags & FrameType.FLAG_COMPRESSED) != 0) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR, "a compressed message came, only identity was offered");
    }
  }

  private static ClientStream client(@Nullable Stream stream, String frame) throws StreamException {
    if (stream instanceof ClientStream client) {
      return client;
    }
    throw new StreamException(
        CancelCode.PROTOCOL_ERROR, frame + " came from the side that made the call");
  }

  private static WireException protocolError(String message) {
    return new WireException(GoAwayReason.PROTOCOL_ERROR, message);
  }
}
