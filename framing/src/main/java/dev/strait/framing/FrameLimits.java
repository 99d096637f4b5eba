package dev.strait.framing;

/**
 * Decides by its header whether a frame may come. Asked exactly once per frame, before a byte of
 * its data is looked at and before anything is allocated for it.
 *
 * <p>Called on the decoding thread only; the limits made here are stateless, so thread-safe.
 * Source: SPEC.md, "Frames" and "Limits".
 */
@FunctionalInterface
public interface FrameLimits {
  /** The most data of a native frame, in bytes: no stream waits long behind another's message. */
  int MAX_NATIVE_DATA_BYTES = 64 * 1024;

  /** The most data of a frame of one of ttrpc's own types, in bytes, as its specification says. */
  int MAX_TTRPC_DATA_BYTES = 4 * 1024 * 1024;

  /**
   * Refuses the frame by throwing.
   *
   * @param streamId the stream, as an unsigned 32-bit number
   * @param type the type, 0 to 255
   * @param flags the flags, 0 to 255
   * @param length how many bytes of data the header announces, 0 to 2^32-1; 2^24 and more are
   *     refused in any case
   * @throws FrameException if such a frame is refused; the message names limit and actual
   */
  void check(int streamId, int type, int flags, long length) throws FrameException;

  /**
   * Frames of every type up to {@code maxBytes} of data.
   *
   * @throws IllegalArgumentException if {@code maxBytes} is negative
   */
  static FrameLimits ofBytes(int maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException("a limit of " + maxBytes + " bytes is negative");
    }
    return (streamId, type, flags, length) -> check(streamId, type, length, maxBytes);
  }

  /**
   * What the specification allows at most: {@link #MAX_TTRPC_DATA_BYTES} for ttrpc's types, {@link
   * #MAX_NATIVE_DATA_BYTES} for every other. Which types may come at all is decided above.
   */
  static FrameLimits ttrpcAndNative() {
    return (streamId, type, flags, length) -> check(streamId, type, length, maxDataBytes(type));
  }

  /** The most data that a frame of {@code type} may carry, in bytes. */
  static int maxDataBytes(int type) {
    return type >= 0x01 && type <= 0x03 ? MAX_TTRPC_DATA_BYTES : MAX_NATIVE_DATA_BYTES;
  }

  private static void check(int streamId, int type, long length, int maxBytes)
      throws FrameException {
    if (length > maxBytes) {
      throw new FrameException(
          String.format(
              "frame of type 0x%02x on stream %s announces %d bytes of data, over the limit of %d"
                  + " bytes",
              type, Integer.toUnsignedString(streamId), length, maxBytes));
    }
  }
}
