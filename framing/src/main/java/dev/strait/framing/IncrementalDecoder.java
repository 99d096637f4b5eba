package dev.strait.framing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What the decoders have in common: frames are delivered where they lie when they lie whole, else
 * they are gathered; the first failure is final; nothing is held behind a failure or the end.
 *
 * <p>Not thread-safe.
 */
abstract class IncrementalDecoder implements FrameCodec.Decoder {
  private final FrameListener listener;

  /** The data that came so far of the frame at hand, when it did not come whole. */
  private final PartialFrame partial = new PartialFrame();

  private @Nullable Throwable failure;
  private boolean running;
  private boolean released;

  IncrementalDecoder(FrameListener listener) {
    this.listener = listener;
  }

  /** Takes some of {@code data}, at most one frame. It has bytes left. */
  abstract void step(ByteBuffer data) throws FrameException;

  /** What of the frame at hand has come, for a message; null between frames. */
  abstract @Nullable String unfinished();

  // Hot: no allocation when frames come whole; guarded by AllocationTest.
  @Override
  public final void decode(ByteBuffer data) throws FrameException {
    requireUsable();
    if (released) {
      throw new FrameException("bytes came after the decoder was released");
    }
    if (data.order() != ByteOrder.BIG_ENDIAN) {
      throw new IllegalArgumentException("the bytes of a stream come in a big-endian buffer");
    }
    running = true;
    try {
      while (data.hasRemaining() && !released) {
        step(data);
      }
    } catch (Throwable e) {
      failure = e;
      released = true;
      throw e;
    } finally {
      running = false;
      if (released) {
        partial.release();
      }
    }
  }

  @Override
  public final void end() throws FrameException {
    requireUsable();
    if (released) {
      return;
    }
    String unfinished = unfinished();
    release();
    if (unfinished != null) {
      FrameException e = new FrameException("the stream ended inside a frame, after " + unfinished);
      failure = e;
      throw e;
    }
  }

  @Override
  public final void release() {
    released = true;
    if (!running) {
      partial.release();
    }
  }

  /** How many bytes are gathered. */
  final int gatheredBytes() {
    return partial.size();
  }

  /** The last gathered byte; there is one. */
  final byte lastGathered() {
    return partial.last();
  }

  /** Forgets the last gathered byte. */
  final void dropLastGathered() {
    partial.dropLast();
  }

  /** Asks the listener where the frame that begins with {@code data} is to be gathered. */
  final void prepareToGather(ByteBuffer data, int bytes, int streamId, int type, int flags)
      throws FrameException {
    ByteBuffer target = listener.gatherInto(streamId, type, flags, bytes, data);
    if (target != null) {
      partial.gatherInto(target);
    }
  }

  /** Gathers all of {@code data} for a frame that has no more than {@code maxBytes} of data. */
  final void gather(ByteBuffer data, int maxBytes) {
    partial.append(data, data.remaining(), maxBytes);
  }

  /** Delivers the frame that is complete with the next {@code bytes} of {@code data}. */
  final void deliver(ByteBuffer data, int bytes, int streamId, int type, int flags)
      throws FrameException {
    if (partial.size() > 0) {
      deliverGathered(data, bytes, streamId, type, flags);
      return;
    }
    int limit = data.limit();
    int end = data.position() + bytes;
    data.limit(end);
    try {
      listener.onFrame(streamId, type, flags, data);
    } finally {
      data.limit(limit).position(end);
    }
  }

  private void deliverGathered(ByteBuffer data, int bytes, int streamId, int type, int flags)
      throws FrameException {
    partial.append(data, bytes, partial.size() + bytes);
    try {
      listener.onFrame(streamId, type, flags, partial.flip());
    } finally {
      partial.release();
    }
  }

  private void requireUsable() throws FrameException {
    if (running) {
      throw new IllegalStateException("the listener of a decoder called it");
    }
    Throwable first = failure;
    if (first != null) {
      throw new FrameException("the stream failed before: " + first, first);
    }
  }
}
