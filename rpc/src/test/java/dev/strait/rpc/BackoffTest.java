package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private static final long MILLI = 1_000_000;

  /** Draws the lowest, or the highest, of what may be drawn. */
  private static RandomGenerator drawing(boolean highest) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new AssertionError("an unbounded draw");
      }

      @Override
      public long nextLong(long origin, long bound) {
        return highest ? bound - 1 : origin;
      }
    };
  }

  @Test
  void theCeilingDoublesUpToASecond() {
    Backoff backoff = new Backoff(drawing(true));
    for (long expected : new long[] {20, 40, 80, 160, 320, 640, 1000, 1000, 1000}) {
      assertEquals(expected * MILLI, backoff.nextNanos());
    }
  }

  @Test
  void theFloorIsTenMilliseconds() {
    Backoff backoff = new Backoff(drawing(false));
    for (int i = 0; i < 10; i++) {
      assertEquals(10 * MILLI, backoff.nextNanos());
    }
  }

  @Test
  void afterAResetItBeginsAgain() {
    Backoff backoff = new Backoff(drawing(true));
    for (int i = 0; i < 10; i++) {
      backoff.nextNanos();
    }

    backoff.reset();

    assertEquals(20 * MILLI, backoff.nextNanos());
  }

  @Test
  void theWaitsAreSpreadOverTheWholeRange() {
    Backoff backoff = new Backoff(new Random(5));
    for (int i = 0; i < 10; i++) {
      backoff.nextNanos();
    }
    int low = 0;
    for (int i = 0; i < 1000; i++) {
      long wait = backoff.nextNanos();
      assertTrue(wait >= 10 * MILLI && wait <= 1000 * MILLI, "out of bounds: " + wait);
      low += wait < 505 * MILLI ? 1 : 0;
    }
    assertTrue(low > 400 && low < 600, low + " of 1000 are in the lower half");
  }
}
