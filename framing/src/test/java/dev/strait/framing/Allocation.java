package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Measures what the current thread allocates. */
final class Allocation {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** What is measured. */
  interface Action {
    void run() throws Exception;
  }

  /** Heap bytes that this thread allocates while {@code action} runs. */
  static long heapBytes(Action action) throws Exception {
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    action.run();
    return THREADS.getThreadAllocatedBytes(thread) - before;
  }

  /** Direct buffers that this process has. */
  static long directBuffers() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getCount)
        .sum();
  }

  /** Fewer are fine: a garbage collection may free those of other tests at any time. */
  static void assertDirectBuffersAtMost(long max) {
    long now = directBuffers();
    assertTrue(now <= max, now + " direct buffers, there were " + max);
  }
}
