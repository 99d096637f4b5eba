package dev.strait.framing;

import java.nio.ByteBuffer;

/**
 * The layout of a frame's header, big-endian, ten bytes. It is the header of ttrpc.
 *
 * <pre>
 *  0       1       2       3       4       5       6       7       8       9
 * +-------+-------+-------+-------+-------+-------+-------+-------+-------+-------+
 * |            length             |           stream id           | type  | flags |
 * +-------+-------+-------+-------+-------+-------+-------+-------+-------+-------+
 * </pre>
 *
 * <p>{@code length} counts the data behind the header only. Its first byte is always 0. Source: the
 * project's SPEC.md, "Frames".
 */
public final class FrameHeader {
  /** The size of a header. */
  public static final int BYTES = 10;

  static final int LENGTH_OFFSET = 0;
  static final int STREAM_ID_OFFSET = 4;
  static final int TYPE_OFFSET = 8;
  static final int FLAGS_OFFSET = 9;

  private FrameHeader() {}

  /** Appends a header at the buffer's position. */
  public static void put(ByteBuffer out, int length, int streamId, int type, int flags) {
    int at = out.position();
    out.position(at + BYTES);
    set(out, at, length, streamId, type, flags);
  }

  /** Writes a header at {@code at}, leaving the buffer's position alone. */
  public static void set(ByteBuffer out, int at, int length, int streamId, int type, int flags) {
    out.putInt(at + LENGTH_OFFSET, length);
    out.putInt(at + STREAM_ID_OFFSET, streamId);
    out.put(at + TYPE_OFFSET, (byte) type);
    out.put(at + FLAGS_OFFSET, (byte) flags);
  }
}
