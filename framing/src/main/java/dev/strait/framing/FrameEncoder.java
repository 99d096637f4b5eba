package dev.strait.framing;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes frames of the {@link FrameHeader} layout into a buffer of the caller, who owns it
 * throughout. Data that lies in a buffer already is framed by {@link #encode}; data that is yet to
 * be serialized is written in place between {@link #begin} and {@link #end}:
 *
 * <pre>{@code
 * int begin = FrameEncoder.begin(out);
 * out.put(...);
 * FrameEncoder.end(out, begin, streamId, type, flags);
 * }</pre>
 *
 * <p>A frame that breaks a limit never gets into the buffer, and the frames before it stay as they
 * were: a mistake of the sender does not cost the connection.
 *
 * <p>Hot: allocates nothing, which AllocationTest guards. Stateless, so thread-safe. Source:
 * SPEC.md, "Frames".
 */
public final class FrameEncoder {
  private FrameEncoder() {}

  /**
   * Appends one frame.
   *
   * @param out takes the frame at its position; big-endian
   * @param streamId the stream, as an unsigned 32-bit number
   * @param type the type, 0 to 255
   * @param flags the flags, 0 to 255
   * @param data the frame's data, from position to limit, which is copied: the caller owns it
   *     before and after. If it was taken the position is at the limit, else it is where it was
   * @throws IllegalArgumentException if the data is over {@link FrameLimits#maxDataBytes}, if type
   *     or flags are out of range, or if {@code out} is little-endian. Nothing was written
   * @throws BufferOverflowException if {@code out} has not {@link FrameHeader#BYTES} and the data's
   *     bytes left. Nothing was written
   */
  public static void encode(ByteBuffer out, int streamId, int type, int flags, ByteBuffer data) {
    int length = data.remaining();
    check(out, type, flags, length);
    if (out.remaining() - FrameHeader.BYTES < length) {
      throw new BufferOverflowException();
    }
    FrameHeader.put(out, length, streamId, type, flags);
    out.put(data);
  }

  /**
   * Leaves room for a header, behind which the caller writes the data of the frame.
   *
   * @return where the frame begins, for {@link #end}. Setting the position back to it before {@code
   *     end} drops the frame
   * @throws BufferOverflowException if {@code out} has not {@link FrameHeader#BYTES} left. The
   *     position is where it was
   */
  public static int begin(ByteBuffer out) {
    if (out.remaining() < FrameHeader.BYTES) {
      throw new BufferOverflowException();
    }
    int begin = out.position();
    out.position(begin + FrameHeader.BYTES);
    return begin;
  }

  /**
   * Completes the frame that {@link #begin} began: all that was written since is its data.
   *
   * @param out the buffer given to {@code begin}; big-endian
   * @param begin what {@code begin} returned
   * @param streamId the stream, as an unsigned 32-bit number
   * @param type the type, 0 to 255
   * @param flags the flags, 0 to 255
   * @throws IllegalArgumentException if the data is over {@link FrameLimits#maxDataBytes}, if type
   *     or flags are out of range, or if {@code out} is little-endian. The frame was dropped: the
   *     position is {@code begin}
   * @throws IndexOutOfBoundsException if {@code begin} is not where a frame of this buffer begins;
   *     the position is where it was
   */
  public static void end(ByteBuffer out, int begin, int streamId, int type, int flags) {
    int length = out.position() - begin - FrameHeader.BYTES;
    if (begin < 0 || length < 0) {
      throw new IndexOutOfBoundsException(
          "no frame begins at " + begin + " in a buffer at position " + out.position());
    }
    try {
      check(out, type, flags, length);
    } catch (IllegalArgumentException e) {
      out.position(begin);
      throw e;
    }
    FrameHeader.set(out, begin, length, streamId, type, flags);
  }

  private static void check(ByteBuffer out, int type, int flags, int length) {
    if (out.order() != ByteOrder.BIG_ENDIAN) {
      throw new IllegalArgumentException("frames are written into a big-endian buffer");
    }
    if ((type & ~0xff) != 0 || (flags & ~0xff) != 0) {
      throw new IllegalArgumentException(
          "type " + type + " and flags " + flags + " must be 0 to 255");
    }
    int limit = FrameLimits.maxDataBytes(type);
    if (length > limit) {
      throw new IllegalArgumentException(
          String.format(
              "frame of type 0x%02x has %d bytes of data, over the limit of %d bytes",
              type, length, limit));
    }
  }
}
