package dev.strait.rpc;

import dev.strait.framing.FrameEncoder;
import dev.strait.framing.FrameHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes the frames whose data is fixed or nearly so. Source: SPEC.md, "Frames". */
final class Frames {
  private static final int MAX_TEXT_BYTES = 1024;

  /** What a sender keeps to. */
  static final int MAX_GO_AWAY_BYTES = Integer.BYTES + Integer.BYTES + Short.BYTES + MAX_TEXT_BYTES;

  private Frames() {}

  static void hello(ByteBuffer out, Hello hello) {
    int at = FrameEncoder.begin(out);
    HelloCodec.encode(hello, out);
    FrameEncoder.end(out, at, 0, FrameType.HELLO, 0);
  }

  static void headers(ByteBuffer out, int streamId, byte[] metadata) {
    FrameHeader.put(out, metadata.length, streamId, FrameType.HEADERS, 0);
    out.put(metadata);
  }

  static void cancel(ByteBuffer out, int streamId, CancelCode code, String text) {
    int at = FrameEncoder.begin(out);
    out.putInt(code.code());
    putText(out, text);
    FrameEncoder.end(out, at, streamId, FrameType.CANCEL, 0);
  }

  static void window(ByteBuffer out, int streamId, long limit) {
    FrameHeader.put(out, Long.BYTES, streamId, FrameType.WINDOW, 0);
    out.putLong(limit);
  }

  static void ping(ByteBuffer out, long payload, boolean answer) {
    FrameHeader.put(out, Long.BYTES, 0, FrameType.PING, answer ? FrameType.FLAG_PONG : 0);
    out.putLong(payload);
  }

  static void goAway(ByteBuffer out, GoAwayReason reason, int lastStreamId, String text) {
    int at = FrameEncoder.begin(out);
    out.putInt(reason.code());
    out.putInt(lastStreamId);
    putText(out, text);
    FrameEncoder.end(out, at, 0, FrameType.GO_AWAY, 0);
  }

  private static void putText(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_TEXT_BYTES);
    out.putShort((short) length);
    out.put(bytes, 0, length);
  }
}
