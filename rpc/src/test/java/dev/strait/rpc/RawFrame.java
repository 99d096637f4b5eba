package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A frame as a scripted peer received it. */
record RawFrame(int streamId, int type, int flags, byte[] data) {
  ByteBuffer in() {
    return ByteBuffer.wrap(data);
  }

  /** The code of a CANCEL. */
  CancelCode cancelCode() {
    return CancelCode.of(of(FrameType.CANCEL).in().getInt());
  }

  /** The reason of a GO_AWAY. */
  GoAwayReason goAwayReason() {
    return GoAwayReason.of(of(FrameType.GO_AWAY).in().getInt());
  }

  /** The last stream that the sender of a GO_AWAY processes. */
  int lastStreamId() {
    return of(FrameType.GO_AWAY).in().getInt(4);
  }

  /** The text of a CANCEL or a GO_AWAY. */
  String text() {
    ByteBuffer in = in().position(type == FrameType.GO_AWAY ? 8 : 4);
    byte[] text = new byte[in.getShort()];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** The status code of a CLOSE. */
  int statusCode() {
    return of(FrameType.CLOSE).in().get();
  }

  private RawFrame of(int expected) {
    if (type != expected) {
      throw new AssertionError("expected " + FrameType.describe(expected) + ", came " + this);
    }
    return this;
  }

  @Override
  public String toString() {
    String what =
        type == FrameType.CANCEL || type == FrameType.GO_AWAY
            ? in().getInt() + " \"" + text() + "\""
            : data.length + " bytes";
    return String.format(
        "%s flags=0x%02x stream=%d: %s", FrameType.describe(type), flags, streamId, what);
  }
}
