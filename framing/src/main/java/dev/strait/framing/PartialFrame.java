package dev.strait.framing;

import dev.strait.transport.BufferPool;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the data of a frame that comes in pieces. What is held is decided by what arrived, never
 * by what was announced:
 *
 * <ul>
 *   <li>nothing, as long as nothing arrived;
 *   <li>up to 4 KiB, a heap buffer no larger than the frame, so that a peer that announces and
 *       stalls pins next to nothing (G3);
 *   <li>up to {@link BufferPool#BUFFER_BYTES}, a pooled buffer, which any native frame fits;
 *   <li>beyond, a heap buffer that doubles, up to exactly the size of the frame.
 * </ul>
 *
 * <p>Not thread-safe.
 */
final class PartialFrame {
  /** Up to here a pooled buffer would be out of proportion. */
  static final int SMALL_BYTES = 4 * 1024;

  private @Nullable ByteBuffer buffer;
  private boolean pooled;

  /** How many bytes are held. */
  int size() {
    ByteBuffer held = buffer;
    return held == null ? 0 : held.position();
  }

  /** The last byte held; there is one. */
  byte last() {
    ByteBuffer held = Objects.requireNonNull(buffer);
    return held.get(held.position() - 1);
  }

  /** Forgets the last byte held; there is one. */
  void dropLast() {
    ByteBuffer held = Objects.requireNonNull(buffer);
    held.position(held.position() - 1);
  }

  /** Gathers the frame, of which nothing has come, in a buffer with room for exactly that. */
  void gatherInto(ByteBuffer target) {
    buffer = target;
    pooled = false;
  }

  /**
   * Takes the next {@code bytes} of {@code from}.
   *
   * @param maxBytes the most that the whole frame can have
   */
  void append(ByteBuffer from, int bytes, int maxBytes) {
    if (bytes == 0) {
      return;
    }
    ByteBuffer to = withRoomFor(bytes, maxBytes);
    to.put(to.position(), from, from.position(), bytes);
    to.position(to.position() + bytes);
    from.position(from.position() + bytes);
  }

  /** All that was taken, from position to limit. It stays this object's until {@link #release}. */
  ByteBuffer flip() {
    return Objects.requireNonNull(buffer).flip();
  }

  /** Holds nothing any more. Idempotent. */
  void release() {
    ByteBuffer held = buffer;
    buffer = null;
    if (held != null && pooled) {
      BufferPool.shared().release(held);
    }
  }

  private ByteBuffer withRoomFor(int bytes, int maxBytes) {
    ByteBuffer held = buffer;
    if (held != null && held.remaining() >= bytes) {
      return held;
    }
    int size = size();
    int needed = Math.addExact(size, bytes);
    boolean fromPool = needed > SMALL_BYTES && needed <= BufferPool.BUFFER_BYTES;
    ByteBuffer larger =
        fromPool
            ? BufferPool.shared().acquire()
            : ByteBuffer.allocate(heapBytes(needed, held, maxBytes));
    if (held != null) {
      larger.put(0, held, 0, size).position(size);
    }
    release();
    buffer = larger;
    pooled = fromPool;
    return larger;
  }

  private static int heapBytes(int needed, @Nullable ByteBuffer held, int maxBytes) {
    long wanted = held == null ? SMALL_BYTES : 2L * held.capacity();
    return (int) Math.min(maxBytes, Math.max(needed, wanted));
  }
}
