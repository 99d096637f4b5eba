package dev.strait.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;

/** No buffer of a {@link BufferPool} is lent to two at once. */
final class BufferPoolInterleavingsTest {
  @Test
  void twoNeverHaveTheSameBuffer() {
    Interleavings.of(
        1500,
        () -> {
          BufferPool pool = new BufferPool(false, 2);
          pool.release(pool.acquire());
          AtomicReferenceArray<ByteBuffer> owned = new AtomicReferenceArray<>(2);
          Thread other = Interleavings.started(() -> use(pool, owned, 0));
          use(pool, owned, 1);
          Interleavings.join(other);
          if (pool.outstanding() != 0) {
            throw new IllegalStateException(pool.outstanding() + " are still lent");
          }
        });
  }

  private static void use(BufferPool pool, AtomicReferenceArray<ByteBuffer> owned, int me) {
    for (int round = 0; round < 2; round++) {
      ByteBuffer mine = pool.acquire();
      owned.set(me, mine);
      if (owned.get(1 - me) == mine) {
        throw new IllegalStateException("lent to two");
      }
      owned.set(me, null);
      pool.release(mine);
    }
  }
}
