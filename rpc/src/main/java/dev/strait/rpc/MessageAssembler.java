package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of one stream's messages together. What a message will need is checked before it
 * is allocated, and memory beyond a window is taken only as the bytes come. Used by the reading
 * role only.
 */
final class MessageAssembler {
  private final int maxMessageBytes;
  private final int allocateAtOnceBytes;

  private byte @Nullable [] bytes;
  private int total;
  private int filled;

  MessageAssembler(int maxMessageBytes, int allocateAtOnceBytes) {
    this.maxMessageBytes = maxMessageBytes;
    this.allocateAtOnceBytes = allocateAtOnceBytes;
  }

  /** Whether a message has begun and not ended. */
  boolean inMessage() {
    return bytes != null;
  }

  /**
   * Takes the data of the next frame.
   *
   * @return the message if this was its last frame, else null
   * @throws StreamException if the message is over the limit or its frames contradict each other
   */
  byte @Nullable [] add(ByteBuffer data, boolean more) throws StreamException {
    byte[] begun = bytes;
    if (begun == null) {
      return more ? begin(data) : whole(data, maxMessageBytes);
    }
    int length = data.remaining();
    if (more ? length >= total - filled : length != total - filled) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR,
          "a message of "
              + total
              + " bytes was announced, "
              + ((long) filled + length)
              + (more ? " came and more follow" : " came"));
    }
    if (filled + length > begun.length) {
      begun =
          Arrays.copyOf(begun, (int) Math.min(total, Math.max(2L * begun.length, filled + length)));
      bytes = begun;
    }
    data.get(begun, filled, length);
    filled += length;
    if (more) {
      return null;
    }
    bytes = null;
    return begun;
  }

  /** A message that came in one frame. */
  static byte[] whole(ByteBuffer data, int maxMessageBytes) throws StreamException {
    checkSize(data.remaining(), maxMessageBytes);
    byte[] message = new byte[data.remaining()];
    data.get(message);
    return message;
  }

  private byte @Nullable [] begin(ByteBuffer data) throws StreamException {
    int announced = Fields.i32(data, "message");
    checkSize(Integer.toUnsignedLong(announced), maxMessageBytes);
    int length = data.remaining();
    if (length >= announced) {
      throw new StreamException(
          CancelCode.PROTOCOL_ERROR,
          "a message of "
              + announced
              + " bytes was announced, "
              + length
              + " came and more follow");
    }
    total = announced;
    byte[] begun = new byte[Math.min(total, Math.max(allocateAtOnceBytes, length))];
    data.get(begun, 0, length);
    filled = length;
    bytes = begun;
    return null;
  }

  private static void checkSize(long size, int maxMessageBytes) throws StreamException {
    if (size > maxMessageBytes) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          "gRPC message exceeds maximum size " + maxMessageBytes + ": " + size);
    }
  }
}
