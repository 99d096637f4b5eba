package dev.strait.benchmarks.profile;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.management.jfr.FlightRecorderMXBean;
import org.jspecify.annotations.Nullable;

/** The client or the server: what its process has used up so far. Linux tells most of it. */
final class CallSide implements AutoCloseable {
  private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on all that we run on

  private final long pid;
  private final MBeanServerConnection beans;
  private final @Nullable JMXConnector connector;

  // What a thread used up is forgotten when it ends, but for what was seen before.
  private final Map<Long, OsThread> threadsSeen = new HashMap<>();
  private final Map<Long, Long> heapSeen = new HashMap<>();

  private CallSide(long pid, MBeanServerConnection beans, @Nullable JMXConnector connector) {
    this.pid = pid;
    this.beans = beans;
    this.connector = connector;
  }

  static CallSide ofThisProcess() {
    return new CallSide(
        ProcessHandle.current().pid(), ManagementFactory.getPlatformMBeanServer(), null);
  }

  /** A process that this one has started. */
  @SuppressWarnings("BanJNDI") // The address is what our own child has just told.
  static CallSide ofChild(long pid) throws IOException {
    String address;
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        address = machine.startLocalManagementAgent();
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException(e);
    }
    JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
    return new CallSide(pid, connector.getMBeanServerConnection(), connector);
  }

  long pid() {
    return pid;
  }

  FlightRecorderMXBean recorder() throws IOException {
    return ManagementFactory.getPlatformMXBean(beans, FlightRecorderMXBean.class);
  }

  /**
   * What a side used up between two looks.
   *
   * @param userNanos CPU time outside the kernel
   * @param kernelNanos CPU time in the kernel
   * @param allocatedBytes on the heap
   * @param threads its threads, by name
   */
  record Usage(
      long userNanos, long kernelNanos, long allocatedBytes, Map<String, ThreadUsage> threads) {}

  /**
   * What threads of one name used up.
   *
   * @param cpuNanos CPU time
   * @param voluntarySwitches how often one gave its core up, to wait
   * @param otherSwitches how often one lost its core
   */
  record ThreadUsage(long cpuNanos, long voluntarySwitches, long otherSwitches) {
    static final ThreadUsage NONE = new ThreadUsage(0, 0, 0);

    ThreadUsage plus(ThreadUsage more) {
      return new ThreadUsage(
          cpuNanos + more.cpuNanos,
          voluntarySwitches + more.voluntarySwitches,
          otherSwitches + more.otherSwitches);
    }

    ThreadUsage minus(ThreadUsage less) {
      return plus(new ThreadUsage(-less.cpuNanos, -less.voluntarySwitches, -less.otherSwitches));
    }
  }

  private record OsThread(String name, ThreadUsage usage) {}

  /** A moment: what was used up until now. */
  record Look(long userTicks, long kernelTicks, Map<Long, OsThread> threads, Map<Long, Long> heap) {
    Usage since(Look before) {
      Map<String, ThreadUsage> usage = new TreeMap<>();
      threads.forEach(
          (id, now) -> {
            OsThread then = before.threads.get(id);
            usage.merge(
                now.name,
                now.usage.minus(then == null ? ThreadUsage.NONE : then.usage),
                ThreadUsage::plus);
          });
      long bytes = 0;
      for (var now : heap.entrySet()) {
        bytes += now.getValue() - before.heap.getOrDefault(now.getKey(), 0L);
      }
      return new Usage(
          (userTicks - before.userTicks) * NANOS_PER_TICK,
          (kernelTicks - before.kernelTicks) * NANOS_PER_TICK,
          bytes,
          usage);
    }
  }

  Look look() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // Behind the name, which may hold blanks, the first field is the third.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    seeThreads();
    seeHeap();
    return new Look(
        Long.parseLong(fields[11]),
        Long.parseLong(fields[12]),
        Map.copyOf(threadsSeen),
        Map.copyOf(heapSeen));
  }

  private void seeThreads() throws IOException {
    try (DirectoryStream<Path> tasks =
        Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        try {
          OsThread thread = thread(task);
          if (!measures(thread.name)) {
            threadsSeen.put(Long.valueOf(task.getFileName().toString()), thread);
          }
        } catch (NoSuchFileException e) {
          // The thread has ended meanwhile.
        }
      }
    }
  }

  private static OsThread thread(Path task) throws IOException {
    List<String> status = Files.readAllLines(task.resolve("status"));
    String cpuNanos = Files.readString(task.resolve("schedstat")).split(" ", -1)[0];
    return new OsThread(
        Files.readString(task.resolve("comm")).strip(),
        new ThreadUsage(
            Long.parseLong(cpuNanos),
            field(status, "voluntary_ctxt_switches:"),
            field(status, "nonvoluntary_ctxt_switches:")));
  }

  private static long field(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip()))
        .sum();
  }

  /** But for the threads that measure. */
  private void seeHeap() throws IOException {
    ThreadMXBean threads =
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    ThreadInfo[] infos = threads.getThreadInfo(ids);
    for (int i = 0; i < ids.length; i++) {
      if (infos[i] != null && !measures(infos[i].getThreadName())) {
        heapSeen.put(ids[i], bytes[i]);
      }
    }
  }

  /** Linux knows the main thread by the name of the program. */
  private static boolean measures(String thread) {
    return thread.equals("main")
        || thread.equals("java")
        || thread.startsWith("RMI ")
        || thread.startsWith("JMX ")
        || thread.startsWith("process reaper");
  }

  @Override
  public void close() throws IOException {
    if (connector != null) {
      connector.close();
    }
  }
}
