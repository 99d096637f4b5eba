package dev.strait.benchmarks.server;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * What the Java threads of this process have allocated on the heap, in bytes.
 *
 * <p>From JDK 21 on the JVM keeps the sum. Before, it is the sum over the threads that live now:
 * what a thread allocated is missing once it has ended, so a difference of two readings is right
 * only where the threads stay. All servers here serve with threads that stay.
 */
final class AllocatedBytes {
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final @Nullable Method TOTAL = totalSince21();

  private AllocatedBytes() {}

  static long now() {
    if (TOTAL == null) {
      return sumOverLiveThreads();
    }
    try {
      return (long) TOTAL.invoke(THREADS);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long sumOverLiveThreads() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      // -1 for a thread that has ended meanwhile.
      sum += Math.max(0, bytes);
    }
    return sum;
  }

  private static @Nullable Method totalSince21() {
    try {
      return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }
}
