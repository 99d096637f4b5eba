package dev.strait.benchmarks.server;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a process has used since it was started.
 *
 * @param cpuNanos processor time of all its threads, the JVM's own included
 * @param allocatedBytes what its Java threads have allocated: see {@link AllocatedBytes}
 */
public record Usage(long cpuNanos, long allocatedBytes) {
  static Usage ofThisProcess() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Usage(system.getProcessCpuTime(), AllocatedBytes.now());
  }

  /** What was used since. */
  public Usage minus(Usage earlier) {
    return new Usage(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
  }

  /** As one line, for the other process. */
  String encode() {
    return cpuNanos + " " + allocatedBytes;
  }

  static Usage decode(String line) {
    int space = line.indexOf(' ');
    return new Usage(
        Long.parseLong(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
  }
}
