package dev.strait.benchmarks.ladder;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.grpc.ManagedChannel;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.newsclub.net.unix.AFUNIXSocket;
import org.openjdk.jmh.util.Version;

/** Where and when it was measured, without which no number means anything. */
final class Environment {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Environment() {}

  /**
   * What there is to tell, in order.
   *
   * @param root the clone, whose commit is told if it has one
   * @param warmUp how long the ladder warms up
   */
  static Map<String, String> describe(Path root, String command, String warmUp) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("command", command);
    facts.put("commit", commit(root));
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("CPU", cpu());
    facts.put("memory", SYSTEM.getTotalMemorySize() / (1 << 20) + " MiB");
    if (SYSTEM instanceof UnixOperatingSystemMXBean unix) {
      facts.put("open files", "at most " + unix.getMaxFileDescriptorCount() + " per process");
    }
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(
        "JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put("gRPC-Java", version(ManagedChannel.class));
    facts.put("Netty", version(Channel.class));
    facts.put("junixsocket", AFUNIXSocket.getVersion());
    facts.put("JMH", Version.getPlainVersion());
    facts.put("warm-up", warmUp);
    return facts;
  }

  private static String version(Class<?> ofLibrary) {
    return Objects.requireNonNullElse(ofLibrary.getPackage().getImplementationVersion(), "unknown");
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String commit(Path root) {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude=*")
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? commit : "unknown";
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
