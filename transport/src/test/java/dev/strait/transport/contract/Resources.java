package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.IpcAddress;
import java.io.File;

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
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(" " + address))
        .count();
  }
}
