package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.BufferPool;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Resources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** G3: a peer that has not said HELLO costs at most 64 KiB, and no buffer that stays. */
final class HandshakeCostTest {
  private static final int MAX_BYTES = 64 * 1024;

  @TempDir Path directory;

  @Test
  void aPeerOfASocketThatHasNotSaidHelloCostsLittle() throws Exception {
    assertCostsLittle("unix:" + directory.resolve("s"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPeerOfAnAbstractNameThatHasNotSaidHelloCostsLittle() throws Exception {
    assertCostsLittle("unix-abstract:strait-cost-" + ProcessHandle.current().pid());
  }

  @Test
  void aPeerOfNamedPipesThatHasNotSaidHelloCostsLittle() throws Exception {
    assertCostsLittle("pipe:" + directory.resolve("p"));
  }

  @Test
  void aPeerInMemoryThatHasNotSaidHelloCostsLittle() throws Exception {
    assertCostsLittle("memory:cost");
  }

  private static void assertCostsLittle(String address) throws Exception {
    // Strict buffers keep a stack trace for each that is lent.
    try (ChildProcess process =
        ChildProcess.startWithFlags(
            List.of(),
            List.of("-Ddev.strait.bufferPool.strict=false"),
            System.getProperty("java.class.path"),
            Main.class,
            address)) {
      long each = Long.parseLong(process.readLine());
      System.out.println(address + ": " + each + " bytes");
      assertTrue(each > 0);
      assertTrue(each <= MAX_BYTES, () -> each + " bytes were allocated for each");
      assertEquals("0", process.readLine(), "buffers that stay");
    }
  }

  /**
   * Tells how many bytes a server allocates for each silent peer, and how many buffers it keeps.
   */
  static final class Main {
    /** Fewer than may be in their handshake at once. */
    private static final int SILENT = 50;

    private static final Collection<Thread> THREADS = new ConcurrentLinkedQueue<>();

    private Main() {}

    public static void main(String[] arguments) throws Exception {
      IpcAddress address = IpcAddress.of(arguments[0]);
      if (address.toString().startsWith("memory:")) {
        // This thread makes the ring that it fills; what its peers have counts too.
        THREADS.add(Thread.currentThread());
      }
      TestBuilders.server(address)
          .threadFactory(Main::newThread)
          .handshakeTimeout(1, TimeUnit.HOURS)
          .build()
          .start();
      announceHello(address); // Classes are loaded.
      awaitBuffers();
      long before = Resources.allocatedBytesOf(THREADS);
      for (int i = 0; i < SILENT; i++) {
        announceHello(address);
      }
      awaitBuffers();
      System.out.println((Resources.allocatedBytesOf(THREADS) - before) / SILENT);
      System.out.println(BufferPool.shared().outstanding());
      Runtime.getRuntime().halt(0);
    }

    private static Thread newThread(Runnable task) {
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      THREADS.add(thread);
      return thread;
    }

    /** A peer sends its first bytes, which announce the longest HELLO. */
    private static void announceHello(IpcAddress address) throws IOException {
      ScriptedPeer peer = ScriptedPeer.connect(address);
      peer.next(FrameType.HELLO);
      peer.sendHeader(Hello.MAX_BYTES, 0, FrameType.HELLO, 0);
    }

    private static void awaitBuffers() throws InterruptedException {
      Local.await("no buffer stays", () -> BufferPool.shared().outstanding() == 0);
    }
  }
}
