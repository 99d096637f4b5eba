package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The strict mode of the pool: knows who has which buffer, and catches whoever uses one it no
 * longer owns.
 *
 * <p>A released buffer object is never lent again. Its memory is poisoned and rests for a while; if
 * the poison is damaged when it is due again, somebody wrote to it after the release.
 */
final class BufferLedger {
  private record Loan(ByteBuffer memory, Throwable acquiredAt) {}

  private static final int RESTING_BUFFERS = 32;

  /** Only the beginning is poisoned, where most bytes go: all of it would slow each poll down. */
  private static final int POISONED_BYTES = 2048;

  private static final ByteBuffer POISONED = poison(ByteBuffer.allocate(POISONED_BYTES));

  @GuardedBy("this")
  private final IdentityHashMap<ByteBuffer, Loan> lent = new IdentityHashMap<>();

  @GuardedBy("this")
  private final ArrayDeque<ByteBuffer> resting = new ArrayDeque<>();

  synchronized ByteBuffer lend() {
    ByteBuffer memory =
        resting.size() > RESTING_BUFFERS
            ? resting.remove()
            : poison(ByteBuffer.allocateDirect(BufferPool.BUFFER_BYTES));
    if (memory.slice(0, POISONED_BYTES).mismatch(POISONED) >= 0) {
      throw new IllegalStateException("a buffer was written to after its release");
    }
    ByteBuffer buffer = memory.duplicate();
    lent.put(buffer, new Loan(memory, new Throwable("acquired here")));
    return buffer;
  }

  synchronized void takeBack(ByteBuffer buffer) {
    Loan loan = lent.remove(buffer);
    if (loan == null) {
      throw new IllegalArgumentException("released twice, or not a buffer of this pool: " + buffer);
    }
    resting.add(poison(loan.memory));
  }

  synchronized int size() {
    return lent.size();
  }

  synchronized List<String> leaks() {
    List<String> stacks = new ArrayList<>();
    for (Loan loan : lent.values()) {
      StringWriter text = new StringWriter();
      loan.acquiredAt.printStackTrace(new PrintWriter(text));
      stacks.add(text.toString());
    }
    return stacks;
  }

  private static ByteBuffer poison(ByteBuffer buffer) {
    for (int at = 0; at < POISONED_BYTES; at += Long.BYTES) {
      buffer.putLong(at, 0xDEDEDEDEDEDEDEDEL);
    }
    return buffer.clear();
  }
}
