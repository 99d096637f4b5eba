package dev.strait.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;

/** Counts what a test could leave behind. */
final class Resources {
  private static final File DESCRIPTORS = new File("/proc/self/fd");

  private Resources() {}

  static void assumeDescriptorsCanBeCounted() {
    assumeTrue(DESCRIPTORS.isDirectory(), "SKIPPED: no /proc/self/fd to count descriptors in");
  }

  static int descriptors() {
    String[] names = DESCRIPTORS.list();
    return names == null ? -1 : names.length;
  }

  static int straitThreads() {
    return (int)
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("strait-"))
            .count();
  }
}
