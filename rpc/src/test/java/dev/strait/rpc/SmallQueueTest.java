package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** It is a queue, beside one that is known to be. */
final class SmallQueueTest {
  @Test
  void itHoldsWhatWasAddedInOrder() {
    Random random = new Random(5);
    SmallQueue<Integer> queue = new SmallQueue<>();
    Deque<Integer> expected = new ArrayDeque<>();
    for (int i = 0; i < 100_000; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          queue.add(i);
          expected.add(i);
        }
        case 2 -> {
          queue.addFirst(i);
          expected.addFirst(i);
        }
        default -> assertEquals(expected.poll(), queue.poll());
      }
      if (random.nextInt(1_000) == 0) {
        queue.clear();
        expected.clear();
      }
      assertSame(expected, queue);
    }
  }

  private static void assertSame(Deque<Integer> expected, SmallQueue<Integer> queue) {
    List<Integer> elements = new ArrayList<>();
    queue.forEach(elements::add);
    assertEquals(List.copyOf(expected), elements);
    assertEquals(expected.size(), queue.size());
    assertEquals(expected.isEmpty(), queue.isEmpty());
    assertEquals(expected.peek(), queue.peek());
  }
}
