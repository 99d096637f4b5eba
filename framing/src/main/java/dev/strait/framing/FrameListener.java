package dev.strait.framing;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Receives decoded frames, one at a time, in order, on the thread that decodes. */
@FunctionalInterface
public interface FrameListener {
  /**
   * A whole frame arrived.
   *
   * <p>The listener may call {@link FrameCodec.Decoder#release} to stop the decoder behind this
   * frame; {@code data} stays valid until the listener returns. It must not call {@code decode} or
   * {@code end}.
   *
   * @param streamId the stream, as an unsigned 32-bit number; 0 where the layout has none
   * @param type the type, 0 to 255; 0 where the layout has none
   * @param flags the flags, 0 to 255; 0 where the layout has none
   * @param data the frame's data, from position to limit, big-endian. The decoder owns it, also
   *     when the call throws: it is valid during the call only and is to be read, not written.
   *     Position and limit may be moved, the byte order may not be changed
   * @throws FrameException if the frame ends the connection; the decoder passes it on. So it does
   *     with whatever else is thrown, and the decoder has failed in either case
   */
  void onFrame(int streamId, int type, int flags, ByteBuffer data) throws FrameException;

  /**
   * A large frame that passed the limits did not come whole: where to gather its data. A listener
   * that will copy the data anyway saves a copy so. {@link #onFrame} gets this very buffer,
   * flipped.
   *
   * @param length how many bytes of data the frame has
   * @param begin the first of them, more than 4 KiB, from position to limit; to be read with
   *     absolute positions only, during the call
   * @return a buffer with room for exactly {@code length} bytes, which is the decoder's until
   *     {@link #onFrame} returns or the decoder is released; null for a buffer of the decoder
   * @throws FrameException if the frame ends the connection
   */
  default @Nullable ByteBuffer gatherInto(
      int streamId, int type, int flags, int length, ByteBuffer begin) throws FrameException {
    return null;
  }
}
