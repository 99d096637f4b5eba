package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.IpcAddress;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.stream.Stream;

/** Counts what a test could leave behind. */
public final class Resources {
  private static final File DESCRIPTORS = new File("/proc/self/fd");

  private Resources() {}

  public static void assumeDescriptorsCanBeCounted() {
    assumeTrue(DESCRIPTORS.isDirectory(), "SKIPPED: no /proc/self/fd to count descriptors in");
  }

  public static int descriptors() {
    String[] names = DESCRIPTORS.list();
    return names == null ? -1 : names.length;
  }

  public static int straitThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("strait-"))
            .count();
  }

  /** How many threads are named after this address. */
  public static long threadsOf(IpcAddress address) {
    return namedAfter(address).count();
  }

  /** Whether the thread that accepts at this address is there. */
  public static boolean isAccepting(IpcAddress address) {
    return namedAfter(address).anyMatch(thread -> thread.getName().startsWith("strait-accept "));
  }

  /** The processor time that the threads which are named after this address have had. */
  public static long cpuNanosOf(IpcAddress address) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return namedAfter(address)
        .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getId())))
        .sum();
  }

  /** What these threads have allocated on the heap; those that have ended do not count. */
  public static long allocatedBytesOf(Collection<Thread> threads) {
    var all = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.stream()
        .mapToLong(thread -> Math.max(0, all.getThreadAllocatedBytes(thread.getId())))
        .sum();
  }

  private static Stream<Thread> namedAfter(IpcAddress address) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(" " + address));
  }
}
