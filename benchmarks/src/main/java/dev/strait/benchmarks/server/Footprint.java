package dev.strait.benchmarks.server;

import java.lang.management.ManagementFactory;

/**
 * What a process holds.
 *
 * @param heapBytes what is left on the heap after a garbage collection
 * @param threads the Java threads that live
 */
public record Footprint(long heapBytes, int threads) {
  /** A collection may leave what only the next one finds. */
  private static final int COLLECTIONS = 3;

  static Footprint ofThisProcess() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return new Footprint(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        ManagementFactory.getThreadMXBean().getThreadCount());
  }

  /** As one line, for the other process. */
  String encode() {
    return heapBytes + " " + threads;
  }

  static Footprint decode(String line) {
    int space = line.indexOf(' ');
    return new Footprint(
        Long.parseLong(line.substring(0, space)), Integer.parseInt(line.substring(space + 1)));
  }
}
