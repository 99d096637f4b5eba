package dev.strait.framing;

import java.nio.ByteBuffer;

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
}
