package dev.strait.framing;

import dev.strait.transport.BufferPool;
import dev.strait.transport.DataListener;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into frames of the {@link FrameHeader} layout, incrementally: any split of the
 * bytes gives the same frames.
 *
 * <p>A frame that lies whole in the buffer is passed on where it lies. Only one that is split is
 * gathered, in a pooled buffer that is held until the frame is complete. Not thread-safe.
 */
public final class FrameDecoder {
  private final FrameLimits limits;
  private final FrameListener listener;

  private final ByteBuffer header = ByteBuffer.allocate(FrameHeader.BYTES);
  private @Nullable ByteBuffer gathered;

  /** Decodes for {@code listener} what {@code limits} lets in. */
  public FrameDecoder(FrameLimits limits, FrameListener listener) {
    this.limits = limits;
    this.listener = listener;
  }

  /**
   * Takes all of {@code data}. Hot: guarded by the benchmark of the frames.
   *
   * @param data the next bytes of the stream, big-endian; owned by the caller, see {@link
   *     DataListener}
   * @throws FrameException if the limits or the listener refuse a frame; the stream cannot go on
   */
  public void decode(ByteBuffer data) throws FrameException {
    while (data.hasRemaining()) {
      if (gathered != null || header.position() > 0 || data.remaining() < FrameHeader.BYTES) {
        gather(data);
        continue;
      }
      int at = data.position();
      int length = checkedLength(data, at);
      if (data.remaining() - FrameHeader.BYTES < length) {
        gather(data);
        continue;
      }
      int end = data.limit();
      int frameEnd = at + FrameHeader.BYTES + length;
      data.limit(frameEnd).position(at + FrameHeader.BYTES);
      deliver(data, at, data);
      data.limit(end).position(frameEnd);
    }
  }

  /**
   * The stream has ended.
   *
   * @throws FrameException if it ended inside a frame
   */
  public void end() throws FrameException {
    int headerBytes = header.position();
    ByteBuffer partial = gathered;
    int dataBytes = partial == null ? 0 : partial.position();
    release();
    if (headerBytes > 0) {
      throw new FrameException(
          "the stream ended inside a frame, after " + headerBytes + " bytes of its header and "
              + dataBytes + " bytes of its data");
    }
  }

  /** Gives back what is held. Idempotent. The decoder is of no use afterwards. */
  public void release() {
    ByteBuffer partial = gathered;
    gathered = null;
    if (partial != null) {
      BufferPool.shared().release(partial);
    }
  }

  private void gather(ByteBuffer data) throws FrameException {
    if (header.hasRemaining()) {
      move(data, header, header.remaining());
      if (header.hasRemaining()) {
        return;
      }
      checkedLength(header, 0);
    }
    int length = header.getInt(FrameHeader.LENGTH_OFFSET);
    ByteBuffer frame = gathered;
    if (frame == null) {
      frame = BufferPool.shared().acquire();
      gathered = frame;
    }
    move(data, frame, length - frame.position());
    if (frame.position() == length) {
      try {
        deliver(header, 0, frame.flip());
      } finally {
        header.clear();
        release();
      }
    }
  }

  private int checkedLength(ByteBuffer in, int at) throws FrameException {
    int length = in.getInt(at + FrameHeader.LENGTH_OFFSET);
    limits.check(
        in.getInt(at + FrameHeader.STREAM_ID_OFFSET),
        in.get(at + FrameHeader.TYPE_OFFSET) & 0xff,
        in.get(at + FrameHeader.FLAGS_OFFSET) & 0xff,
        Integer.toUnsignedLong(length));
    return length;
  }

  private void deliver(ByteBuffer in, int at, ByteBuffer frame) throws FrameException {
    listener.onFrame(
        in.getInt(at + FrameHeader.STREAM_ID_OFFSET),
        in.get(at + FrameHeader.TYPE_OFFSET) & 0xff,
        in.get(at + FrameHeader.FLAGS_OFFSET) & 0xff,
        frame);
  }

  private static void move(ByteBuffer from, ByteBuffer to, int atMost) {
    int bytes = Math.min(from.remaining(), atMost);
    to.put(to.position(), from, from.position(), bytes);
    to.position(to.position() + bytes);
    from.position(from.position() + bytes);
  }
}
