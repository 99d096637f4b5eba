package dev.strait.rpc;

import dev.strait.transport.Interleavings;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

/** No array of {@link LargeArrays} is given to two at once. */
final class LargeArraysInterleavingsTest {
  private static final int SLOTS = 4;

  @Test
  void twoNeverHaveTheSameArray() {
    Interleavings.of(
        500,
        () -> {
          // They are the process's, and each run begins with one.
          for (int slot = 0; slot < SLOTS; slot++) {
            LargeArrays.take(LargeArrays.MIN_BYTES);
          }
          LargeArrays.give(new byte[LargeArrays.MIN_BYTES]);
          AtomicReferenceArray<byte[]> owned = new AtomicReferenceArray<>(2);
          Thread other = Interleavings.started(() -> use(owned, 0));
          use(owned, 1);
          Interleavings.join(other);
        });
  }

  private static void use(AtomicReferenceArray<byte[]> owned, int me) {
    for (int round = 0; round < 2; round++) {
      byte[] mine = LargeArrays.take(LargeArrays.MIN_BYTES);
      owned.set(me, mine);
      if (owned.get(1 - me) == mine) {
        throw new IllegalStateException("given to two");
      }
      owned.set(me, null);
      LargeArrays.give(mine);
    }
  }
}
