package dev.strait.framing;

import java.nio.ByteBuffer;

/** Receives decoded frames. */
@FunctionalInterface
public interface FrameListener {
  /**
   * A whole frame arrived.
   *
   * @param streamId the stream, as an unsigned 32-bit number; 0 where the layout has none
   * @param type the type, 0 to 255; 0 where the layout has none
   * @param flags the flags, 0 to 255; 0 where the layout has none
   * @param data the frame's data, from position to limit, big-endian. The decoder owns it: it is
   *     valid during the call only
   * @throws FrameException if the frame ends the connection; the decoder passes it on
   */
  void onFrame(int streamId, int type, int flags, ByteBuffer data) throws FrameException;
}
