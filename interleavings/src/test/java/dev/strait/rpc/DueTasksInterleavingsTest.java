package dev.strait.rpc;

import dev.strait.transport.Interleavings;
import java.util.ArrayDeque;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** {@link DueTasks} is a queue, also for several threads, and though it looks before it locks. */
@Param(name = "task", gen = IntGen.class, conf = "0:2")
public class DueTasksInterleavingsTest {
  private final Runnable[] known = {() -> {}, () -> {}, () -> {}};
  private final DueTasks tasks = new DueTasks();

  @Operation
  public void add(@Param(name = "task") int task) {
    tasks.add(known[task]);
  }

  @Operation
  public int poll() {
    return numberOf(tasks.poll());
  }

  @Operation
  public boolean pollIf(@Param(name = "task") int expected) {
    return tasks.pollIf(known[expected]);
  }

  @Operation
  public int peek() {
    return numberOf(tasks.peek());
  }

  @Operation
  public boolean isEmpty() {
    return tasks.isEmpty();
  }

  private int numberOf(Runnable task) {
    int number = known.length - 1;
    while (number >= 0 && known[number] != task) {
      number--;
    }
    return number;
  }

  @Test
  void itIsAQueue() {
    Interleavings.ofThreeThreads()
        .sequentialSpecification(OneAfterTheOther.class)
        .check(DueTasksInterleavingsTest.class);
  }

  /** A queue for one thread. */
  public static final class OneAfterTheOther {
    private final ArrayDeque<Integer> tasks = new ArrayDeque<>();

    public void add(int task) {
      tasks.add(task);
    }

    public int poll() {
      return tasks.isEmpty() ? -1 : tasks.poll();
    }

    public boolean pollIf(int expected) {
      return peek() == expected && tasks.poll() == expected;
    }

    public int peek() {
      return tasks.isEmpty() ? -1 : tasks.peek();
    }

    public boolean isEmpty() {
      return tasks.isEmpty();
    }
  }
}
