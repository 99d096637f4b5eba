package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.Resources;
import dev.strait.transport.contract.TestThread;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets an address, and what is left of it: D3 to D7 and D9 of the torture list. */
@Timeout(30)
class BindHygieneTest {
  private static final TransportOptions OPTIONS = TransportOptions.DEFAULTS;
  private static final AtomicInteger NAMES = new AtomicInteger();

  @TempDir Path directory;

  /** An address of this kind that nobody serves. */
  private IpcAddress fresh(String scheme) {
    String name = directory + "/" + NAMES.incrementAndGet() + ".sock";
    return IpcAddress.of(scheme + ":" + name);
  }

  private static Path path(IpcAddress address) {
    return Path.of(address.name());
  }

  private static Acceptor serve(IpcAddress address) throws IOException {
    Acceptor acceptor = Transports.acceptor(address, OPTIONS);
    try {
      acceptor.start(Transport::close);
    } catch (IOException e) {
      acceptor.close();
      throw e;
    }
    return acceptor;
  }

  private static void connect(IpcAddress address) throws IOException {
    try (Transport transport = Transports.connecting(address, OPTIONS)) {
      transport.connect(Pair.TIMEOUT);
    }
  }

  // D3.

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract", "pipe", "memory"})
  @DisplayName("D3 a shutdown that races the start leaves nothing")
  void aShutdownThatRacesTheStartLeavesNothing(String scheme, TestReporter reporter)
      throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    IpcAddress address = fresh(scheme);
    Random random = new Random(3);
    race(address, random, 20);
    Eventually.isTrue(() -> Resources.straitThreads() == 0);
    int descriptors = Resources.descriptors();

    int started = race(address, random, 300);

    Eventually.isTrue(() -> Resources.straitThreads() == 0);
    Eventually.isTrue(() -> Resources.descriptors() <= descriptors);
    reporter.publishEntry("rounds", "300, of which the start came through in " + started);
    try (Acceptor acceptor = serve(address)) {
      connect(address);
    }
  }

  /** Each round is a start and a close, some time apart; gives how many starts came through. */
  private static int race(IpcAddress address, Random random, int rounds) throws Exception {
    int started = 0;
    for (int i = 0; i < rounds; i++) {
      Acceptor acceptor = Transports.acceptor(address, OPTIONS);
      CyclicBarrier together = new CyclicBarrier(2);
      int delay = random.nextInt(20_000);
      TestThread closer =
          new TestThread(
              () -> {
                together.await();
                for (int k = 0; k < delay; k++) {
                  Thread.onSpinWait();
                }
                acceptor.close();
              });
      closer.start();
      together.await();
      try {
        acceptor.start(Transport::close);
        started++;
      } catch (BindException e) {
        // The round before left something.
        throw e;
      } catch (IOException | IllegalStateException e) {
        assertTrue(e.getMessage().contains("closed"), e.getMessage());
      }
      closer.finish();
      if (address.scheme() == IpcAddress.Scheme.UNIX) {
        assertNull(BoundSocket.found(path(address)), "the socket file is left");
      }
      if (address.scheme() == IpcAddress.Scheme.PIPE) {
        assertNull(BoundSocket.found(path(address).resolve("accept")), "the pipe is left");
      }
    }
    return started;
  }

  // D4.

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract"})
  @DisplayName("D4 a second server, of this process or another, is refused and the first stays")
  void aSecondServerIsRefusedAndTheFirstStays(String scheme) throws Exception {
    IpcAddress address = fresh(scheme);
    try (Acceptor first = serve(address)) {
      FileStat before = stat(address);
      BindException refused = assertThrows(BindException.class, () -> serve(address));
      assertTrue(refused.getMessage().contains(address + " is in use by a live server"));
      try (ChildProcess second = ChildMain.start("try", address.toString())) {
        String line = second.readLine();
        assertTrue(line.startsWith("FAILED BindException: " + address + " is in use"), line);
        assertEquals("NOTHING LEFT OPEN", second.readLine());
      }
      assertEquals(before, stat(address));
      connect(address);
    }
    try (ChildProcess first = ChildMain.start("serve", address.toString())) {
      assertEquals("READY", first.readLine());
      FileStat before = stat(address);
      assertThrows(BindException.class, () -> serve(address));
      assertEquals(before, stat(address));
      exchange(address, first);
    }
  }

  private static FileStat stat(IpcAddress address) throws IOException {
    return address.scheme() == IpcAddress.Scheme.UNIX ? FileStat.ofLink(path(address)) : null;
  }

  /** Three bytes arrive at the child. What else it accepted (a probe) got it none. */
  private static void exchange(IpcAddress address, ChildProcess child) throws IOException {
    try (Transport transport = Transports.connecting(address, OPTIONS)) {
      transport.connect(Pair.TIMEOUT);
      transport.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      transport.disconnect(Pair.TIMEOUT);
    }
    String line = child.readLine();
    while (line.equals("ENDED after 0 bytes")) {
      line = child.readLine();
    }
    assertEquals("ENDED after 3 bytes", line);
  }

  // D5.

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract", "pipe"})
  @DisplayName("D5 ten cycles of kill -9 and restart need no clean-up")
  void tenCyclesOfKillAndRestartNeedNoCleanUp(String scheme) throws Exception {
    killAndRestart(fresh(scheme), 10);
  }

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract", "pipe"})
  @Tag("nightly")
  @Timeout(600)
  @DisplayName("D5 a hundred cycles of kill -9 and restart need no clean-up")
  void aHundredCyclesOfKillAndRestartNeedNoCleanUp(String scheme) throws Exception {
    killAndRestart(fresh(scheme), 100);
  }

  private void killAndRestart(IpcAddress address, int cycles) throws Exception {
    for (int i = 0; i < cycles; i++) {
      try (ChildProcess server = ChildMain.start("serve", address.toString())) {
        assertEquals("READY", server.readLine(), "cycle " + i);
        exchange(address, server);
        server.kill();
        if (address.scheme() == IpcAddress.Scheme.UNIX) {
          assertTrue(FileStat.ofLink(path(address)).isSocket(), "it had no time to clean up");
        }
        ConnectException nobody = assertThrows(ConnectException.class, () -> connect(address));
        assertTrue(nobody.getMessage().contains("nobody serves " + address));
      }
    }
    serve(address).close();
  }

  // D6.

  @Test
  @DisplayName("D6 a full backlog (EAGAIN on the probe) is not taken for a stale socket")
  void aFullBacklogIsNotTakenForAStaleSocket() throws Exception {
    IpcAddress address = fresh("unix");
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      live.bind(UnixDomainSocketAddress.of(path(address)), 1);
      while (tryToQueue(address, waiting)) {}
      FileStat before = stat(address);
      for (int i = 0; i < 20; i++) {
        BindException refused = assertThrows(BindException.class, () -> serve(address));
        assertTrue(refused.getMessage().contains("in use by a live server"), refused.toString());
        assertEquals(before, stat(address));
      }
      // It still serves: who waits gets in.
      live.accept().close();
      assertTrue(tryToQueue(address, waiting));
    } finally {
      for (SocketChannel each : waiting) {
        each.close();
      }
    }
    try (Acceptor acceptor = serve(address)) {
      connect(address);
    }
  }

  private static boolean tryToQueue(IpcAddress address, List<SocketChannel> waiting)
      throws IOException {
    try {
      SocketChannel channel = UnixSockets.open(path(address));
      if (channel == null) {
        return false;
      }
      waiting.add(channel);
      return true;
    } catch (SocketException e) {
      assertFalse(e instanceof ConnectException, "refused, not full");
      return false;
    }
  }

  @Test
  @DisplayName("D6 the same for unix-abstract:")
  void aFullBacklogOfAnAbstractNameIsLife() throws Exception {
    IpcAddress address = fresh("unix-abstract");
    TransportOptions narrow = OPTIONS.withBacklog(1);
    CountDownLatch holdUp = new CountDownLatch(1);
    List<Transport> all = new ArrayList<>();
    try (Acceptor live = Transports.acceptor(address, narrow)) {
      live.start(
          transport -> {
            try {
              holdUp.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            } finally {
              transport.close();
            }
          });
      while (tryToConnect(address, all)) {}
      for (int i = 0; i < 20; i++) {
        BindException refused = assertThrows(BindException.class, () -> serve(address));
        assertTrue(refused.getMessage().contains("in use by a live server"), refused.toString());
      }
      holdUp.countDown();
      connect(address);
    } finally {
      holdUp.countDown();
      all.forEach(Transport::close);
    }
  }

  private static boolean tryToConnect(IpcAddress address, List<Transport> all) throws IOException {
    Transport transport = Transports.connecting(address, OPTIONS);
    all.add(transport);
    try {
      transport.connect(Duration.ofMillis(50));
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  // D7.

  @Test
  @DisplayName("D7 a file, directory, link or FIFO at the path is refused and untouched")
  void whateverIsNotASocketIsRefusedAndUntouched() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "precious");
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("inside"), "precious");
    Path fifo = directory.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    Path stale = directory.resolve("stale");
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(stale));
    dead.close();
    IpcAddress live = fresh("unix");
    List<Path> all = new ArrayList<>(List.of(file, folder, fifo));
    try (Acceptor acceptor = serve(live)) {
      for (Path target :
          List.of(file, folder, fifo, stale, path(live), directory.resolve("nothing"))) {
        all.add(
            Files.createSymbolicLink(directory.resolve("link-" + target.getFileName()), target));
      }
      for (Path path : all) {
        IpcAddress address = IpcAddress.of("unix:" + path);
        FileStat before = FileStat.ofLink(path);
        Object changed = Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
        BindException refused = assertThrows(BindException.class, () -> serve(address));
        assertEquals(
            "cannot serve " + address + ": there is a " + before.type() + " at its path",
            refused.getMessage());
        ConnectException nobody = assertThrows(ConnectException.class, () -> connect(address));
        assertEquals(
            "nobody serves " + address + ": there is a " + before.type() + ", not a socket",
            nobody.getMessage());
        assertEquals(before, FileStat.ofLink(path));
        assertEquals(
            changed, Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS), "" + path);
      }
      connect(live);
    }
    assertEquals("precious", Files.readString(file));
    assertEquals("precious", Files.readString(folder.resolve("inside")));
    assertTrue(FileStat.ofLink(stale).isSocket());
  }

  // D9.

  /** The kernel takes 107 bytes; JDKs up to 25 take one less. */
  private static final int LONGEST = 106;

  private static String padded(String start, String with, int bytes) {
    int width = with.getBytes(StandardCharsets.UTF_8).length;
    int missing = bytes - start.getBytes(StandardCharsets.UTF_8).length;
    return start + "a".repeat(missing % width) + with.repeat(missing / width);
  }

  @Test
  @DisplayName("D9 a path at and below the limit is served, over it refused with the reason")
  void aPathAtAndBelowTheLimitIsServed() throws Exception {
    assumeTrue(new File("/proc/self").exists(), "SKIPPED: the limit of Linux");
    for (int bytes : new int[] {LONGEST - 1, LONGEST}) {
      IpcAddress address = IpcAddress.of(padded("unix:" + directory + "/", "x", bytes + 5));
      assertEquals(bytes, address.name().length());
      try (Acceptor acceptor = serve(address)) {
        connect(address);
        assertTrue(FileStat.ofLink(path(address)).isSocket());
      }
      assertNull(BoundSocket.found(path(address)));
    }
    for (int bytes : new int[] {LONGEST + 1, LONGEST + 2, 10_000}) {
      String tooLong = padded("unix:" + directory + "/", "x", bytes + 5);
      Exception refused =
          assertThrows(Exception.class, () -> serve(IpcAddress.of(tooLong)).close());
      assertTrue(refused.getMessage().contains("too long"), refused.toString());
      assertTrue(refused.getMessage().contains(tooLong.substring(0, 100)), refused.toString());
      try (var left = Files.newDirectoryStream(directory, "*[!k]")) {
        assertFalse(left.iterator().hasNext());
      }
    }
  }

  @Test
  @DisplayName("D9 a path over the JDK's limit is refused at once also when connecting")
  void aPathOverTheLimitIsRefusedAtOnceWhenConnecting() throws Exception {
    String tooLong = padded("unix:" + directory + "/", "x", LONGEST + 1 + 5);
    // Somebody else's socket, as junixsocket or C make it: only we cannot reach it.
    Path there = Path.of(tooLong.substring(5));
    Path made = directory.resolve("made");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(made));
    Files.move(made, there);
    try (server) {
      // On a clock that stands still a connect that tries again does so for ever.
      Exception refused =
          assertThrows(
              Exception.class,
              () ->
                  Transports.connecting(IpcAddress.of(tooLong), OPTIONS.withTicker(() -> 0))
                      .connect(Pair.TIMEOUT));
      assertTrue(refused.getMessage().contains("too long"), refused.toString());
      assertTrue(refused.getMessage().contains(tooLong.substring(0, 100)), refused.toString());
    }
  }

  @Test
  @DisplayName("D9 only the bytes of a relative path count, not the directory it starts from")
  void aRelativePathCountsAsItIsWritten() throws Exception {
    Path deep = Files.createDirectories(directory.resolve("d".repeat(100) + "/" + "e".repeat(100)));
    List<String> lines =
        tryAll(
            Map.of(),
            deep,
            padded("unix:", "x", LONGEST + 5),
            padded("unix:sub/", "x", LONGEST + 5),
            padded("unix:", "x", LONGEST + 1 + 5),
            padded("unix:", "x", LONGEST + 2 + 5));
    assertEquals(List.of("OK", "OK"), lines.subList(0, 2));
    assertTrue(lines.get(2).contains("too long"), lines.get(2));
    assertTrue(lines.get(3).contains("too long"), lines.get(3));
  }

  @Test
  @DisplayName("D9 characters of several bytes count in bytes")
  void charactersOfSeveralBytesCountInBytes() throws Exception {
    List<String> addresses = new ArrayList<>();
    for (String character : List.of("\u00e9", "\u20ac")) {
      addresses.add(padded("unix:" + directory + "/", character, LONGEST + 5));
      addresses.add(padded("unix:" + directory + "/", character, LONGEST + 2 + 5));
    }
    List<String> lines =
        tryAll(Map.of("LC_ALL", "C.UTF-8"), directory, addresses.toArray(new String[0]));
    for (int i = 0; i < lines.size(); i += 2) {
      assertEquals("OK", lines.get(i));
      assertTrue(lines.get(i + 1).contains("at most 10"), lines.get(i + 1));
      assertTrue(lines.get(i + 1).contains("bytes, was 108"), lines.get(i + 1));
    }
    // Where the locale cannot express the path it is refused, not changed into another.
    String refused = tryAll(Map.of("LC_ALL", "C"), directory, addresses.get(0)).get(0);
    assertTrue(refused.startsWith("FAILED InvalidPathException"), refused);
  }

  /** Has another process serve and connect to each; gives what it told of each. */
  private static List<String> tryAll(
      Map<String, String> environment, Path workingDirectory, String... addresses)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("try"));
    for (String address : addresses) {
      StringBuilder ascii = new StringBuilder();
      address
          .chars()
          .forEach(c -> ascii.append(c < 128 ? "" + (char) c : String.format("\\u%04x", c)));
      arguments.add(ascii.toString());
    }
    List<String> lines = new ArrayList<>();
    try (ChildProcess child =
        ChildMain.start(
            List.of(),
            System.getProperty("java.class.path"),
            environment,
            workingDirectory.toFile(),
            arguments.toArray(new String[0]))) {
      for (int i = 0; i < addresses.length; i++) {
        lines.add(child.readLine());
      }
      assertEquals("NOTHING LEFT OPEN", child.readLine());
    }
    return lines;
  }

  @ParameterizedTest(name = "{0} bytes each")
  @ValueSource(ints = {1, 2, 3})
  @DisplayName("D9 an abstract name at and below the limit is served, over it refused")
  void anAbstractNameAtAndBelowTheLimitIsServed(int width) throws Exception {
    String character = width == 1 ? "x" : width == 2 ? "\u00e9" : "\u20ac";
    String start = "unix-abstract:" + directory + width;
    int prefix = "unix-abstract:".length();
    for (int bytes : new int[] {106, 107}) {
      IpcAddress address = IpcAddress.of(padded(start, character, bytes + prefix));
      try (Acceptor acceptor = serve(address)) {
        connect(address);
        assertThrows(BindException.class, () -> serve(address));
      }
    }
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> IpcAddress.of(padded(start, character, 108 + prefix)));
    assertTrue(refused.getMessage().contains("at most 107 bytes, was 108"), refused.toString());
  }
}
