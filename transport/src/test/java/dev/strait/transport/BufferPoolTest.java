package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  @Test
  void aReleasedBufferIsLentAgainCleared() {
    BufferPool pool = new BufferPool(false, 64);
    ByteBuffer first = pool.acquire();
    assertEquals(1, pool.outstanding());
    first.position(5).limit(9);
    pool.release(first);
    assertEquals(0, pool.outstanding());
    ByteBuffer again = pool.acquire();
    assertSame(first, again);
    assertEquals(BufferPool.BUFFER_BYTES, again.remaining());
    assertEquals(ByteOrder.BIG_ENDIAN, again.order());
    assertTrue(again.isDirect());
  }

  @Test
  void noMoreThanSixtyFourFreeBuffersAreKept() {
    BufferPool pool = new BufferPool(false, 64);
    List<ByteBuffer> lent = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      lent.add(pool.acquire());
    }
    assertEquals(70, pool.outstanding());
    lent.forEach(pool::release);
    assertEquals(0, pool.outstanding());
    int known = 0;
    for (int i = 0; i < 70; i++) {
      ByteBuffer buffer = pool.acquire();
      known += lent.stream().anyMatch(old -> old == buffer) ? 1 : 0;
    }
    assertEquals(64, known);
  }

  @Test
  void aForeignBufferIsRefused() {
    for (boolean strict : new boolean[] {true, false}) {
      BufferPool pool = new BufferPool(strict, 64);
      assertThrows(
          IllegalArgumentException.class, () -> pool.release(ByteBuffer.allocateDirect(10)));
      assertThrows(
          IllegalArgumentException.class,
          () -> pool.release(ByteBuffer.allocate(BufferPool.BUFFER_BYTES)));
    }
  }

  @Test
  void strictModeCatchesASecondReleaseAndPoisonsWhatWasReleased() {
    BufferPool pool = new BufferPool(true, 64);
    ByteBuffer buffer = pool.acquire();
    buffer.putLong(0, 42);
    pool.release(buffer);
    assertEquals(0xDEDEDEDEDEDEDEDEL, buffer.getLong(0));
    assertThrows(IllegalArgumentException.class, () -> pool.release(buffer));
    assertNotSame(buffer, pool.acquire());
  }

  @Test
  void strictModeCatchesAWriteAfterTheRelease() {
    BufferPool pool = new BufferPool(true, 64);
    ByteBuffer buffer = pool.acquire();
    pool.release(buffer);
    buffer.put(100, (byte) 1);
    assertThrows(
        IllegalStateException.class,
        () -> {
          for (int i = 0; i < 100; i++) {
            pool.release(pool.acquire());
          }
        });
  }

  @Test
  void strictModeTellsWhereALeakWasAcquired() {
    BufferPool pool = new BufferPool(true, 64);
    ByteBuffer leaked = pool.acquire();
    assertEquals(1, pool.outstanding());
    assertEquals(1, pool.leaks().size());
    assertTrue(pool.leaks().get(0).contains("strictModeTellsWhereALeakWasAcquired"));
    pool.release(leaked);
    assertEquals(List.of(), pool.leaks());
  }

  /** A3. */
  @Test
  void theTestsRunInStrictMode() {
    ByteBuffer buffer = BufferPool.shared().acquire();
    assertTrue(
        BufferPool.shared().leaks().stream()
            .anyMatch(at -> at.contains("theTestsRunInStrictMode")));
    BufferPool.shared().release(buffer);
  }
}
