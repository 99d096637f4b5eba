package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.ChildProcess;
import io.grpc.Channel;
import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D10: a server process that has no descriptors left. */
@EnabledOnOs(OS.LINUX)
final class DescriptorLimitTest {
  private static final String READY = "ready";
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  /** A connection of {@code unix:} has three: its socket, and the two of its selector. */
  private static final int LEFT = 15;

  private static final int NEWCOMERS = 40;

  @RegisterExtension final Local local = Local.unix();

  /** Serves until it is killed. */
  static final class Main {
    public static void main(String[] arguments) throws Exception {
      TestBuilders.server(IpcAddress.of(arguments[0]))
          .addService(new EchoService())
          .build()
          .start();
      System.out.println(READY);
      Thread.currentThread().join();
    }
  }

  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerWithoutDescriptorsServesWhomItHasAndTakesOthersLater() throws Exception {
    if (!Files.isExecutable(PRLIMIT)) {
      System.out.println("SKIPPED: DescriptorLimitTest needs " + PRLIMIT + " of util-linux");
    }
    assumeTrue(Files.isExecutable(PRLIMIT));
    ChildProcess server =
        local.closing(
            ChildProcess.start(
                List.of(),
                System.getProperty("java.class.path"),
                Main.class,
                local.address().toString()));
    assertEquals(READY, server.readLine());
    EchoGrpc.EchoBlockingStub before = stub(local.channel());
    assertEquals("x", say(before, "x"));
    limitDescriptors(server, descriptors(server) + LEFT);

    List<SocketChannel> newcomers = new ArrayList<>();
    for (int i = 0; i < NEWCOMERS; i++) {
      newcomers.add(
          local.closing(SocketChannel.open(UnixDomainSocketAddress.of(local.address().name()))));
    }
    Local.await("there are none left", () -> mayOpen(server) == 0);

    assertEquals("y", say(before, "y"));
    assertCalmsDown(server);
    for (SocketChannel newcomer : newcomers) {
      newcomer.close();
    }
    assertEquals("z", say(stub(local.channel()), "z"));
    assertEquals("y", say(before, "y"));
  }

  private static EchoGrpc.EchoBlockingStub stub(Channel channel) {
    return EchoGrpc.newBlockingStub(channel).withWaitForReady();
  }

  private static String say(EchoGrpc.EchoBlockingStub stub, String text) {
    return stub.withDeadlineAfter(20, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText(text).build())
        .getText();
  }

  private static int descriptors(ChildProcess process) {
    String[] open = new File("/proc/" + process.pid() + "/fd").list();
    return open == null ? 0 : open.length;
  }

  private static int mayOpen(ChildProcess process) {
    try {
      return limit(process) - descriptors(process);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int limit(ChildProcess process) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/limits")).stream()
        .filter(line -> line.startsWith("Max open files"))
        .mapToInt(line -> Integer.parseInt(line.split(" {2,}")[1]))
        .findFirst()
        .orElseThrow();
  }

  private static void limitDescriptors(ChildProcess process, int most) throws Exception {
    Process prlimit =
        new ProcessBuilder(PRLIMIT.toString(), "--pid=" + process.pid(), "--nofile=" + most)
            .inheritIO()
            .start();
    assertEquals(0, prlimit.waitFor());
    assertEquals(most, limit(process));
  }

  /** An accept loop that spins does so in every second; compiling its code takes a few at most. */
  private static void assertCalmsDown(ChildProcess server) throws Exception {
    double busy = 1;
    for (int i = 0; i < 5 && busy >= 0.2; i++) {
      busy = Math.min(busy, busyShareOfASecond(server));
    }
    double least = busy;
    assertTrue(least < 0.2, () -> "the server is never busy for less than " + least);
  }

  /** Of processor time, whatever else the machine does. */
  private static double busyShareOfASecond(ChildProcess process) throws Exception {
    ProcessHandle handle = ProcessHandle.of(process.pid()).orElseThrow();
    Duration before = handle.info().totalCpuDuration().orElseThrow();
    long start = System.nanoTime();
    Thread.sleep(1000);
    Duration used = handle.info().totalCpuDuration().orElseThrow().minus(before);
    return (double) used.toNanos() / (System.nanoTime() - start);
  }
}
