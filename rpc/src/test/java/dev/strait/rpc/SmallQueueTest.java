package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** It is a queue, beside one that is known to be. */
final class SmallQueueTest {
  @Test
  void itHoldsWhatWasAddedInOrder() {
    Random random = new Random(5);
    SmallQueue<Integer> queue = new SmallQueue<>();
    Queue<Integer> expected = new ArrayDeque<>();
    for (int i = 0; i < 100_000; i++) {
      // More comes and more goes by turns.
      if (random.nextInt(5) < (i / 1_000 % 2 == 0 ? 3 : 2)) {
        queue.add(i);
        expected.add(i);
      } else {
        assertEquals(expected.poll(), queue.poll());
      }
      assertSame(expected, queue);
    }
  }

  private static void assertSame(Queue<Integer> expected, SmallQueue<Integer> queue) {
    assertEquals(expected.isEmpty(), queue.isEmpty());
    assertEquals(expected.peek(), queue.peek());
  }
}
