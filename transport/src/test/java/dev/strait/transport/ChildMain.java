package dev.strait.transport;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.Resources;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The parts that a second JVM plays in tests. Each tells on standard output what happened. */
final class ChildMain {
  private static final TransportOptions OPEN =
      TransportOptions.DEFAULTS
          .withSocketMode(PosixFilePermissions.fromString("rw-rw-rw-"))
          .withPeerPolicy(PeerPolicy.matching("anybody", peer -> true));

  private ChildMain() {}

  static ChildProcess start(String... arguments) throws IOException {
    return start(List.of(), System.getProperty("java.class.path"), arguments);
  }

  static ChildProcess start(List<String> prefix, String classPath, String... arguments)
      throws IOException {
    return start(prefix, classPath, Map.of(), new File("."), arguments);
  }

  static ChildProcess start(
      List<String> prefix,
      String classPath,
      Map<String, String> environment,
      File workingDirectory,
      String... arguments)
      throws IOException {
    return ChildProcess.start(
        prefix, classPath, environment, workingDirectory, ChildMain.class, arguments);
  }

  public static void main(String[] arguments) throws Exception {
    Threads.start(Threads.daemonFactory(), "parent", ChildMain::endWithParent);
    switch (arguments[0]) {
      case "serve" -> serve(IpcAddress.of(arguments[1]));
      case "look" -> look(Path.of(arguments[1]));
      case "connects" -> connectForEver(IpcAddress.of(arguments[1]));
      case "send" -> send(IpcAddress.of(arguments[1]));
      case "hammer" -> hammer(IpcAddress.of(arguments[1]));
      case "try" -> tryAll(Arrays.copyOfRange(arguments, 1, arguments.length));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static TransportOptions open(IpcAddress address) {
    return address.scheme() == IpcAddress.Scheme.PIPE ? TransportOptions.DEFAULTS : OPEN;
  }

  /** However the test ends, its process does, and with it this one's input. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException e) {
      // As its end.
    }
    Runtime.getRuntime().halt(1);
  }

  /** Serves anybody and tells how each stream ended and how many bytes came. */
  private static void serve(IpcAddress address) throws Exception {
    Acceptor acceptor = Transports.acceptor(address, open(address));
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
    try (Transport transport = Transports.connecting(address, open(address))) {
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

  /** Looks again and again whether a server holds the lock. */
  private static void look(Path lock) throws IOException {
    System.out.println("READY");
    while (true) {
      ServerLock.isHeld(lock);
    }
  }

  /** Connects again and again, and never says a word. */
  private static void connectForEver(IpcAddress address) throws IOException {
    System.out.println("READY");
    while (true) {
      try (Transport transport = Transports.connecting(address, open(address))) {
        transport.connect(Duration.ofSeconds(10));
      }
    }
  }

  private static final int HAMMERS = 4;

  /** Connects again and again, sends at once, waits until it is thrown out, and never ends. */
  private static void hammer(IpcAddress address) throws Exception {
    for (int i = 0; i < HAMMERS; i++) {
      Threads.start(Threads.daemonFactory(), "hammer", () -> hammerOn(address));
    }
    System.out.println("READY");
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void hammerOn(IpcAddress address) {
    while (true) {
      try {
        hit(address);
      } catch (IOException e) {
        // Nobody is there at the moment, or the mode or the gate is in the way.
        Thread.onSpinWait();
      }
    }
  }

  private static void hit(IpcAddress address) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
    if (address.scheme() == IpcAddress.Scheme.UNIX) {
      // By hand, without looking at the directory first.
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.configureBlocking(false);
        if (channel.connect(UnixDomainSocketAddress.of(address.name()))) {
          channel.write(bytes);
          channel.configureBlocking(true);
          channel.read(bytes.clear());
        }
      }
      return;
    }
    try (Transport transport = Transports.connecting(address, open(address))) {
      transport.connect(Duration.ofMillis(1));
      transport.write(bytes);
      transport.flush();
      transport.await(Long.MAX_VALUE);
    }
  }

  /**
   * Serves each address and connects to it, one after the other, or with "connect" before it
   * connects only. Tells a line for each, and at last whether anything was left open.
   */
  private static void tryAll(String[] addresses) throws Exception {
    // Opens what a JVM opens once.
    Path warmUp = Path.of("/tmp/strait-" + ProcessHandle.current().pid() + ".sock");
    attempt("unix:" + warmUp);
    Files.deleteIfExists(warmUp.resolveSibling(warmUp.getFileName() + ".lock"));
    Eventually.isTrue(() -> Resources.straitThreads() == 0);
    int before = Resources.descriptors();
    for (String address : addresses) {
      String result;
      try {
        result = attempt(unescaped(address));
      } catch (IOException | IllegalArgumentException e) {
        result = "FAILED " + e.getClass().getSimpleName() + ": " + e.getMessage();
      }
      System.out.println(result);
    }
    Eventually.isTrue(() -> Resources.straitThreads() == 0);
    Eventually.isTrue(() -> Resources.descriptors() <= before);
    System.out.println("NOTHING LEFT OPEN");
  }

  private static String attempt(String what) throws IOException {
    boolean connectOnly = what.startsWith("connect ");
    IpcAddress address = IpcAddress.of(what.substring(connectOnly ? "connect ".length() : 0));
    try (Acceptor acceptor = Transports.acceptor(address, TransportOptions.DEFAULTS)) {
      if (!connectOnly) {
        acceptor.start(Transport::close);
      }
      try (Transport transport = Transports.connecting(address, TransportOptions.DEFAULTS)) {
        transport.connect(Duration.ofSeconds(10));
      }
      return "OK";
    }
  }

  /** Arguments are ASCII, whatever the locale of the other process is. */
  private static String unescaped(String text) {
    return Pattern.compile("\\\\u([0-9a-f]{4})")
        .matcher(text)
        .replaceAll(found -> Character.toString(Integer.parseInt(found.group(1), 16)));
  }
}
