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
 * <p>{@code length} counts the data behind the header only. Its first byte is always 0. Only the
 * layout is known here: {@link FrameEncoder} checks what it writes, {@link FrameDecoder} what it
 * reads. Stateless, so thread-safe. Source: SPEC.md, "Frames".
 */
public final class FrameHeader {
  /** The size of a header. */
  public static final int BYTES = 10;

  /** The longest data that the length field can announce: its first byte is always 0. */
  static final int MAX_LENGTH = 0xff_ffff;

  private static final int LENGTH_OFFSET = 0;
  private static final int STREAM_ID_OFFSET = 4;
  private static final int TYPE_OFFSET = 8;
  private static final int FLAGS_OFFSET = 9;

  private FrameHeader() {}

  /**
   * Appends a header at the buffer's position.
   *
   * @param out big-endian; owned by the caller
   * @throws IllegalArgumentException if there is no room for it; nothing was written
   */
  public static void put(ByteBuffer out, int length, int streamId, int type, int flags) {
    int at = out.position();
    out.position(at + BYTES);
    set(out, at, length, streamId, type, flags);
  }

  /**
   * Writes a header at {@code at}, leaving the buffer's position alone.
   *
   * @param out big-endian; owned by the caller
   * @throws IndexOutOfBoundsException if the header would pass the buffer's limit
   */
  public static void set(ByteBuffer out, int at, int length, int streamId, int type, int flags) {
    out.putInt(at + LENGTH_OFFSET, length);
    out.putInt(at + STREAM_ID_OFFSET, streamId);
    out.put(at + TYPE_OFFSET, (byte) type);
    out.put(at + FLAGS_OFFSET, (byte) flags);
  }

  /** The length in the header at {@code at}, 0 to 2^32-1. */
  static long length(ByteBuffer in, int at) {
    return Integer.toUnsignedLong(in.getInt(at + LENGTH_OFFSET));
  }

  /** The stream id in the header at {@code at}, an unsigned 32-bit number. */
  static int streamId(ByteBuffer in, int at) {
    return in.getInt(at + STREAM_ID_OFFSET);
  }

  /** The type in the header at {@code at}, 0 to 255. */
  static int type(ByteBuffer in, int at) {
    return Byte.toUnsignedInt(in.get(at + TYPE_OFFSET));
  }

  /** The flags in the header at {@code at}, 0 to 255. */
  static int flags(ByteBuffer in, int at) {
    return Byte.toUnsignedInt(in.get(at + FLAGS_OFFSET));
  }
}
