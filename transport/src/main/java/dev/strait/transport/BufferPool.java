package dev.strait.transport;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Lends direct buffers of one size, so that reading and writing allocate nothing.
 *
 * <p>Who acquired a buffer owns it and releases it exactly once; nobody touches it afterwards. A
 * mistake in that goes unnoticed, unless the system property {@code dev.strait.bufferPool.strict}
 * is {@code true}, as in tests: then it throws.
 *
 * <p>Thread-safe and lock-free. Hot path: allocates nothing while enough buffers are free.
 */
public final class BufferPool {
  /** The size of a lent buffer. */
  public static final int BUFFER_BYTES = 128 * 1024;

  private static final int KEPT_BUFFERS = 64;
  private static final BufferPool SHARED =
      new BufferPool(Boolean.getBoolean("dev.strait.bufferPool.strict"), KEPT_BUFFERS);

  private final AtomicReferenceArray<@Nullable ByteBuffer> free;
  private final LongAdder lent = new LongAdder();
  private final @Nullable BufferLedger ledger;

  /**
   * @param kept how many free buffers are kept at most
   */
  BufferPool(boolean strict, int kept) {
    free = new AtomicReferenceArray<>(kept);
    ledger = strict ? new BufferLedger() : null;
  }

  /** The pool of this process. */
  public static BufferPool shared() {
    return SHARED;
  }

  /** Lends a cleared, big-endian buffer of {@link #BUFFER_BYTES}. */
  public ByteBuffer acquire() {
    if (ledger != null) {
      return ledger.lend();
    }
    int start = firstSlot();
    ByteBuffer found = null;
    for (int i = 0; i < free.length() && found == null; i++) {
      int slot = (start + i) % free.length();
      // Looked at before it is written to: an empty slot costs no exclusive cache line.
      if (free.getPlain(slot) != null) {
        found = free.getAndSet(slot, null);
      }
    }
    if (found == null) {
      found = ByteBuffer.allocateDirect(BUFFER_BYTES);
    }
    lent.increment();
    return found;
  }

  /**
   * Takes a lent buffer back.
   *
   * @throws IllegalArgumentException if it is not of this pool or, in strict mode, not lent now
   */
  public void release(ByteBuffer buffer) {
    if (ledger != null) {
      ledger.takeBack(buffer);
      return;
    }
    if (!buffer.isDirect() || buffer.capacity() != BUFFER_BYTES) {
      throw new IllegalArgumentException("not a buffer of this pool: " + buffer);
    }
    buffer.clear();
    lent.decrement();
    int start = firstSlot();
    for (int i = 0; i < free.length(); i++) {
      if (free.compareAndSet((start + i) % free.length(), null, buffer)) {
        return;
      }
    }
  }

  /** Threads begin at different slots, so that they seldom meet. */
  private int firstSlot() {
    return (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 8 & 0xffff) % free.length();
  }

  /** How many buffers are lent now. */
  public int outstanding() {
    return ledger != null ? ledger.size() : (int) lent.sum();
  }

  /** Where each lent buffer was acquired, as stack traces. Empty unless in strict mode. */
  public List<String> leaks() {
    return ledger != null ? ledger.leaks() : List.of();
  }
}
