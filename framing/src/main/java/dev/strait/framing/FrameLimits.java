package dev.strait.framing;

/** Decides by its header whether a frame may come. Asked before anything is allocated for it. */
@FunctionalInterface
public interface FrameLimits {
  /**
   * @param length what the header announces, as an unsigned 32-bit number
   * @throws FrameException if such a frame is refused; the message names limit and actual
   */
  void check(int streamId, int type, int flags, long length) throws FrameException;

  /** Frames of every type up to {@code maxBytes} of data. */
  static FrameLimits ofBytes(int maxBytes) {
    return (streamId, type, flags, length) -> {
      if (length > maxBytes) {
        throw new FrameException(
            "frame of " + length + " bytes is over the limit of " + maxBytes + " bytes");
      }
    };
  }
}
