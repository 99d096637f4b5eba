package dev.strait.transport;

import dev.strait.transport.contract.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** The parts that a second JVM plays in tests. Each tells on standard output what happened. */
final class ChildMain {
  private static final TransportOptions OPEN =
      TransportOptions.DEFAULTS
          .withSocketMode(PosixFilePermissions.fromString("rw-rw-rw-"))
          .withPeerPolicy(PeerPolicy.matching("anybody", peer -> true));

  private ChildMain() {}

  static ChildProcess start(String... arguments) throws IOException {
    return ChildProcess.start(
        List.of(), System.getProperty("java.class.path"), ChildMain.class, arguments);
  }

  public static void main(String[] arguments) throws Exception {
    IpcAddress address = IpcAddress.of(arguments[1]);
    switch (arguments[0]) {
      case "serve" -> serve(address);
      case "send" -> send(address);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** Serves anybody and tells how each stream ended and how many bytes came. */
  private static void serve(IpcAddress address) throws Exception {
    Acceptor acceptor = Transports.acceptor(address, OPEN);
    try {
      acceptor.start(
          transport -> Threads.start(Threads.daemonFactory(), "child", () -> count(transport)));
    } catch (IOException e) {
      System.out.println("FAILED " + e.getClass().getSimpleName());
      return;
    }
    System.out.println("READY");
    while (true) {
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static void count(Transport transport) {
    int total = 0;
    try {
      transport.connect(Duration.ofSeconds(10));
      int n;
      do {
        transport.await(Long.MAX_VALUE);
        n = transport.poll();
        total += Math.max(0, n);
      } while (n >= 0);
    } catch (IOException e) {
      System.err.println(e);
    }
    System.out.println("ENDED after " + total + " bytes");
  }

  /** Connects to whoever serves, sends, and tells how many bytes came back before the end. */
  private static void send(IpcAddress address) throws Exception {
    int total = 0;
    try (Transport transport = Transports.connecting(address, OPEN)) {
      transport.connect(Duration.ofSeconds(10));
      transport.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      transport.flush();
      int n;
      do {
        transport.await(Long.MAX_VALUE);
        n = transport.poll();
        total += Math.max(0, n);
      } while (n >= 0);
    } catch (IOException e) {
      System.out.println("FAILED " + e.getClass().getSimpleName() + " after " + total + " bytes");
      return;
    }
    System.out.println("ENDED after " + total + " bytes");
  }
}
