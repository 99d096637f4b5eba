package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.Received;
import dev.strait.transport.contract.TestThread;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the two sides of {@code pipe:} find each other, and what may go wrong meanwhile. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipeRendezvousTest {
  private static final TransportOptions OPTIONS = TransportOptions.DEFAULTS;
  private static final String ID = "0123456789abcdef0123456789abcdef";

  @TempDir Path temporary;
  private Path directory;
  private IpcAddress address;
  private final LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();

  @BeforeEach
  void chooseDirectory() {
    directory = temporary.resolve("pipes");
    address = IpcAddress.of("pipe:" + directory);
  }

  private Acceptor serve() throws IOException {
    Acceptor acceptor = Transports.acceptor(address, OPTIONS);
    try {
      acceptor.start(accepted::add);
    } catch (IOException e) {
      acceptor.close();
      throw e;
    }
    return acceptor;
  }

  /** Accepts one stream, and no more until then. */
  private Acceptor serveOneUntil(CountDownLatch release) throws IOException {
    Acceptor acceptor = Transports.acceptor(address, OPTIONS);
    acceptor.start(
        transport -> {
          accepted.add(transport);
          await(release);
        });
    return acceptor;
  }

  private Transport connect() throws IOException {
    Transport transport = Transports.connecting(address, OPTIONS);
    transport.connect(Pair.TIMEOUT);
    return transport;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The server is alive and takes clients. */
  private void assertServes(Acceptor acceptor) throws Exception {
    Transport client = connect();
    Transport server = accepted.take();
    server.connect(Pair.TIMEOUT);
    client.write(ByteBuffer.wrap(new byte[] {1, 2}));
    client.flush();
    Received received = new Received();
    server.onData(received);
    TransportReader.start(server, OPTIONS);
    assertArrayEquals(new byte[] {1, 2}, received.await(2));
    client.close();
    Eventually.isTrue(() -> acceptor.openTransports() == 0);
  }

  @Test
  void everythingIsForTheOwnerOnlyAndOnlyTheLockStays() throws Exception {
    try (Acceptor acceptor = serve()) {
      assertEquals("0700", FileStat.ofLink(directory).permissions());
      assertEquals("0600", FileStat.ofLink(directory.resolve("lock")).permissions());
      assertEquals("0600", FileStat.ofLink(directory.resolve("accept")).permissions());
      assertServes(acceptor);
      assertEquals(List.of("accept", "lock"), names());
    }
    assertEquals(List.of("lock"), names());
  }

  @Test
  @DisplayName("F11 a stranger cannot open a connected pair: the names are gone")
  void afterTheHandshakeTheNamesAreGoneOnBothSides() throws Exception {
    try (Acceptor acceptor = serve()) {
      Transport client = connect();
      assertEquals(List.of("accept", "lock"), names());
      client.close();
      accepted.take().close();
      assertServes(acceptor);
    }
  }

  @Test
  @DisplayName("X3 a directory that others may enter is refused by both sides")
  void aDirectoryThatOthersMayEnterIsRefusedByBothSides() throws Exception {
    try (Acceptor acceptor = serve()) {
      for (String mode : List.of("rwxr-xr-x", "rwx--x---", "rwx---r--")) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
        AccessDeniedException refused = assertThrows(AccessDeniedException.class, this::connect);
        assertTrue(refused.getMessage().contains("with mode 0700"), refused.getMessage());
        assertTrue(refused.getMessage().contains(address.toString()), refused.getMessage());
      }
    }
    assertThrows(AccessDeniedException.class, this::serve);
  }

  @Test
  @DisplayName("X3 a directory of another user is refused by both sides")
  void aDirectoryOfAnotherUserIsRefusedByBothSides() throws Exception {
    assumeTrue(OwnIdentity.uid() == 0, "SKIPPED: only root can give files away");
    try (Acceptor acceptor = serve()) {
      Files.setAttribute(directory, "unix:uid", 12345);
      assertThrows(AccessDeniedException.class, this::connect);
    }
    assertThrows(AccessDeniedException.class, this::serve);
  }

  @Test
  @DisplayName("F11 planted files are left alone")
  void whatIsNotOfStraitsMakingStaysUntouched() throws Exception {
    serve().close();
    Path file = Files.writeString(directory.resolve("c-" + ID + ".up"), "precious");
    Path link = directory.resolve("c-" + ID + ".down");
    Files.createSymbolicLink(link, temporary.resolve("nowhere"));
    Fifo.make(directory.resolve("other"));
    Fifo.make(directory.resolve("c-" + ID.replace('0', '1') + ".up"));
    try (Acceptor acceptor = serve()) {
      assertServes(acceptor);
      // The names of a client, but not its pipes.
      assertEquals(Fifo.Offer.TAKEN, Fifo.offer(directory.resolve("accept"), record(ID)));
      assertServes(acceptor);
    }
    assertEquals("precious", Files.readString(file));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(List.of("c-" + ID + ".down", "c-" + ID + ".up", "lock", "other"), names());
  }

  @Test
  void somethingElseInThePlaceOfTheAcceptPipeIsRefused() throws Exception {
    serve().close();
    Path accept = Files.writeString(directory.resolve("accept"), "precious");
    BindException refused = assertThrows(BindException.class, this::serve);
    assertTrue(refused.getMessage().contains("there is a file at"), refused.getMessage());
    assertEquals("precious", Files.readString(accept));
    ConnectException nobody = assertThrows(ConnectException.class, this::connect);
    assertTrue(nobody.getMessage().contains("nobody holds the lock"), nobody.getMessage());
  }

  @Test
  @DisplayName("D8 an accept pipe that was deleted or replaced is told to clients; streams live on")
  void aMissingAcceptPipeIsToldToClients() throws Exception {
    try (Acceptor acceptor = serve()) {
      Transport client = connect();
      Transport server = accepted.take();
      server.connect(Pair.TIMEOUT);
      Path accept = directory.resolve("accept");
      Files.delete(accept);
      Transport late = Transports.connecting(address, OPTIONS);
      SocketTimeoutException gone =
          assertThrows(SocketTimeoutException.class, () -> late.connect(Duration.ofMillis(50)));
      assertTrue(
          gone.getMessage().contains(accept + " is gone, though the server lives"),
          gone.getMessage());
      Files.writeString(accept, "precious");
      Transport later = Transports.connecting(address, OPTIONS);
      ConnectException replaced =
          assertThrows(ConnectException.class, () -> later.connect(Pair.TIMEOUT));
      assertTrue(replaced.getMessage().contains("is a file"), replaced.getMessage());
      assertEquals("precious", Files.readString(accept));
      client.write(ByteBuffer.wrap(new byte[] {1}));
      client.flush();
      Received received = new Received();
      server.onData(received);
      TransportReader.start(server, OPTIONS);
      assertArrayEquals(new byte[] {1}, received.await(1));
      client.close();
      server.close();
    }
  }

  @Test
  void aStaleDirectoryIsNobodyToConnectToAndSweptByTheNextServer() throws Exception {
    serve().close();
    // As after kill -9.
    Fifo.make(directory.resolve("accept"));
    Fifo.make(directory.resolve("c-" + ID + ".up"));
    ConnectException nobody = assertThrows(ConnectException.class, this::connect);
    assertTrue(nobody.getMessage().contains("nobody holds the lock"), nobody.getMessage());
    try (Acceptor acceptor = serve()) {
      assertEquals(List.of("accept", "lock"), names());
      assertServes(acceptor);
    }
  }

  private static byte[] record(String id) {
    return new PipeNames(id, PipeDirectory.of(IpcAddress.of("pipe:any"))).announcement();
  }

  @Test
  void aClientThatDiedAtAnyStepIsSkipped() throws Exception {
    try (Acceptor acceptor = serve()) {
      Path accept = directory.resolve("accept");
      // It announced itself and its pipes are gone.
      Fifo.offer(accept, record(ID));
      assertServes(acceptor);
      // It left both pipes, or one, and nobody has them open.
      Path up = directory.resolve("c-" + ID + ".up");
      Path down = directory.resolve("c-" + ID + ".down");
      Fifo.make(up);
      Fifo.offer(accept, record(ID));
      assertServes(acceptor);
      Fifo.make(down);
      Fifo.offer(accept, record(ID));
      assertServes(acceptor);
      assertFalse(Files.exists(up));
      assertFalse(Files.exists(down));
      assertTrue(accepted.isEmpty());
      assertEquals(List.of("accept", "lock"), names());
    }
  }

  @Test
  void garbageOnTheAcceptPipeHurtsNobody() throws Exception {
    try (Acceptor acceptor = serve()) {
      byte[] traversal = record("../../../../../../../etc/passwd.");
      for (byte[] garbage :
          List.of(
              new byte[1],
              new byte[39],
              new byte[40],
              new byte[41],
              new byte[512],
              "strait".getBytes(StandardCharsets.US_ASCII),
              traversal,
              record(ID.toUpperCase(Locale.ROOT)))) {
        assertEquals(Fifo.Offer.TAKEN, Fifo.offer(directory.resolve("accept"), garbage));
        assertServes(acceptor);
      }
    }
  }

  @Test
  void anAnnouncementBehindGarbageIsFound() throws Exception {
    PipeDirectory anywhere = PipeDirectory.of(IpcAddress.of("pipe:/x"));
    for (int garbage = 0; garbage < 100; garbage++) {
      ByteBuffer source = ByteBuffer.allocate(300);
      source.put("strait/1".repeat(13).getBytes(StandardCharsets.US_ASCII), 0, garbage);
      source.put(record(ID)).put(record(ID)).put(record(ID), 0, 39).flip();
      for (int i = 0; i < 2; i++) {
        assertEquals(
            anywhere.path().resolve("c-" + ID + ".up"), PipeNames.announced(source, anywhere).up());
      }
      assertNull(PipeNames.announced(source, anywhere));
      assertEquals(39, source.remaining());
    }
  }

  private static boolean isEmpty(Path fifo) {
    try (FileInputStream in = new FileInputStream(fifo.toFile())) {
      return in.available() == 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("P5 pipes that nobody opens on the other side time out")
  void aServerThatNeverAnswersTimesOutAlsoWhenItsAcceptPipeIsFull() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Acceptor acceptor = serveOneUntil(release);
    try {
      connect().close();
      Transport waiting = Transports.connecting(address, OPTIONS);
      SocketTimeoutException late =
          assertThrows(SocketTimeoutException.class, () -> waiting.connect(Duration.ofMillis(50)));
      assertTrue(late.getMessage().contains("within 50 ms"), late.getMessage());
      Path accept = directory.resolve("accept");
      while (Fifo.offer(accept, record(ID)) == Fifo.Offer.TAKEN) {}
      Transport full = Transports.connecting(address, OPTIONS);
      assertThrows(SocketTimeoutException.class, () -> full.connect(Duration.ofMillis(50)));
      assertEquals(List.of("accept", "lock"), names());
    } finally {
      release.countDown();
      accepted.take().close();
      Eventually.isTrue(() -> isEmpty(directory.resolve("accept")));
      assertServes(acceptor);
      acceptor.close();
    }
  }

  /** The server ends while a client waits: it is told at once, not at its timeout. */
  @Test
  void theEndOfTheServerEndsAConnectThatWaits() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Acceptor acceptor = serveOneUntil(release);
    connect().close();
    TestThread waiting =
        TestThread.run(
            () -> {
              Transport transport = Transports.connecting(address, OPTIONS);
              assertThrows(ConnectException.class, () -> transport.connect(Duration.ofDays(1)));
            });
    Eventually.isTrue(() -> clientPipes() == 2);
    acceptor.close();
    waiting.finish();
    release.countDown();
    accepted.take().close();
    assertEquals(List.of("lock"), names());
  }

  /** A server that begins sweeps away the pipes of a client that was too early: it tries again. */
  @Test
  void aClientWhosePipesWereSweptAwayTriesAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Acceptor acceptor = serveOneUntil(release);
    connect().close();
    TestThread waiting = TestThread.run(() -> connect().close());
    for (int round = 0; round < 3; round++) {
      Eventually.isTrue(() -> clientPipes() == 2);
      for (String name : names()) {
        if (name.startsWith("c-")) {
          Files.deleteIfExists(directory.resolve(name));
        }
      }
    }
    release.countDown();
    waiting.finish();
    acceptor.close();
    accepted.forEach(Transport::close);
  }

  private long clientPipes() {
    try {
      return names().stream().filter(name -> name.startsWith("c-")).count();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aNameLeadsToADirectoryOfThisUser() throws Exception {
    String name = "contract-" + ProcessHandle.current().pid();
    address = IpcAddress.of("pipe:" + name);
    directory = RuntimeDirectory.pipes(name);
    try (Acceptor acceptor = serve()) {
      assertServes(acceptor);
    } finally {
      Files.delete(directory.resolve("lock"));
      Files.delete(directory);
    }
  }

  @Test
  @DisplayName("P5 a reader that ends fails the writer")
  void aReaderThatDiesFailsTheWriter() throws Exception {
    try (Acceptor acceptor = serve()) {
      Transport client = connect();
      Transport server = accepted.take();
      server.connect(Pair.TIMEOUT);
      server.close();
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              client.write(ByteBuffer.allocate(1000));
              client.flush();
              // Only who polls sends what a full pipe left over, and so learns that it is gone.
              client.poll();
            }
          });
      client.close();
    }
  }

  @Test
  @DisplayName("X1 a second uid neither sees the pipes nor is let in")
  void aSecondUserNeitherSeesThePipesNorIsLetIn() throws Exception {
    SecondUser foreigner = SecondUser.orSkip();
    try {
      directory = foreigner.sandbox().resolve("pipes");
      address = IpcAddress.of("pipe:" + directory);
      try (Acceptor acceptor = serve()) {
        foreigner.run("sh", "-c", "test ! -e " + directory + "/accept");
        try (ChildProcess child = foreigner.start("send", address.toString())) {
          assertEquals("FAILED AccessDeniedException after 0 bytes", child.readLine());
        }
        assertServes(acceptor);
        assertTrue(accepted.isEmpty());
      }
    } finally {
      foreigner.close();
    }
  }

  @Test
  @DisplayName("X5 a squatted directory: nothing is sent to it, and it is not served")
  void aDirectoryThatASecondUserMadeIsLeftAlone() throws Exception {
    SecondUser foreigner = SecondUser.orSkip();
    try {
      directory = foreigner.directory("open", "1777").resolve("pipes");
      address = IpcAddress.of("pipe:" + directory);
      try (ChildProcess child = foreigner.start("serve", address.toString())) {
        assertEquals("READY", child.readLine());
        List<String> before = names();
        AccessDeniedException refused = assertThrows(AccessDeniedException.class, this::connect);
        assertTrue(refused.getMessage().contains("belongs to uid"), refused.getMessage());
        assertThrows(AccessDeniedException.class, this::serve);
        assertEquals(before, names());
      }
    } finally {
      foreigner.close();
    }
  }

  @Test
  @DisplayName("F11 pipes that others have a right to, or that a link leads to, are not opened")
  void pipesThatAreNotOnlyOursAreNotOpened() throws Exception {
    try (Acceptor acceptor = serve()) {
      Path up = directory.resolve("c-" + ID + ".up");
      Path down = directory.resolve("c-" + ID + ".down");
      for (String planted : List.of("mode", "owner", "link")) {
        Fifo.make(up);
        Fifo.make(down);
        try (Fifo upHeld = Fifo.hold(up);
            Fifo downHeld = Fifo.hold(down)) {
          switch (planted) {
            case "mode" ->
                Files.setPosixFilePermissions(up, PosixFilePermissions.fromString("rw-rw-rw-"));
            case "owner" -> {
              if (OwnIdentity.uid() == 0) {
                Files.setAttribute(up, "unix:uid", 12345);
              }
            }
            default -> {
              Files.move(up, temporary.resolve("real"));
              Files.createSymbolicLink(up, temporary.resolve("real"));
            }
          }
          if (!planted.equals("owner") || OwnIdentity.uid() == 0) {
            Fifo.offer(directory.resolve("accept"), record(ID));
            assertServes(acceptor);
            assertFalse(downHeld.takeByte(), "was answered: " + planted);
            assertTrue(Files.exists(up, LinkOption.NOFOLLOW_LINKS), "was deleted: " + planted);
          }
        }
        Files.deleteIfExists(up);
        Files.deleteIfExists(down);
      }
    }
  }

  @Test
  @DisplayName("D7 something else in the place of the lock is refused, untouched, and hangs nobody")
  void somethingElseInThePlaceOfTheLockIsRefused() throws Exception {
    serve().close();
    Path lock = directory.resolve("lock");
    for (String planted : List.of("pipe", "directory", "link")) {
      Files.delete(lock);
      switch (planted) {
        case "pipe" -> Fifo.make(lock);
        case "directory" -> Files.createDirectory(lock);
        default -> Files.createSymbolicLink(lock, temporary.resolve("nowhere"));
      }
      assertThrows(BindException.class, this::serve);
      IOException refused = assertThrows(IOException.class, this::connect);
      assertTrue(refused.getMessage().contains("not a lock file"), refused.getMessage());
      assertTrue(refused.getMessage().contains(address.toString()), refused.getMessage());
    }
  }

  @Test
  void clientsThatLookWhetherTheServerLivesDoNotKeepItFromBinding() throws Exception {
    serve().close();
    try (ChildProcess child = ChildMain.start("look", directory.resolve("lock").toString())) {
      assertEquals("READY", child.readLine());
      for (int i = 0; i < 50; i++) {
        Thread.currentThread().interrupt();
        serve().close();
        assertTrue(Thread.interrupted());
      }
    }
  }

  /** A POSIX lock is lost when any channel of the process on its file is closed. */
  @Test
  void anotherClassLoaderOfTheProcessDoesNotCostTheServerItsLock() throws Exception {
    try (Acceptor acceptor = serve();
        URLClassLoader other = loaderOfItsOwn()) {
      Class<?> locks = Class.forName(ServerLock.class.getName(), true, other);
      Class<?> addresses = Class.forName(IpcAddress.class.getName(), true, other);
      assertNotSame(ServerLock.class, locks);
      Method isHeld = locks.getDeclaredMethod("isHeld", Path.class);
      Method take = locks.getDeclaredMethod("take", Path.class, addresses);
      isHeld.setAccessible(true);
      take.setAccessible(true);
      Object same = addresses.getMethod("of", String.class).invoke(null, address.toString());
      assertEquals(true, isHeld.invoke(null, directory.resolve("lock")));
      InvocationTargetException refused =
          assertThrows(
              InvocationTargetException.class,
              () -> take.invoke(null, directory.resolve("lock"), same));
      assertTrue(refused.getCause() instanceof BindException, refused::toString);
      try (ChildProcess child = ChildMain.start("serve", address.toString())) {
        assertEquals("FAILED BindException", child.readLine());
      }
      assertServes(acceptor);
    }
  }

  private static URLClassLoader loaderOfItsOwn() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  @Test
  @DisplayName("P4 a stopped server is neither pushed aside nor waited for beyond the timeout")
  void aStoppedServerKeepsItsAddress() throws Exception {
    try (ChildProcess child = ChildMain.start("serve", address.toString())) {
      assertEquals("READY", child.readLine());
      child.signal("STOP");
      assertThrows(BindException.class, this::serve);
      Transport transport = Transports.connecting(address, OPTIONS);
      assertThrows(SocketTimeoutException.class, () -> transport.connect(Duration.ofMillis(100)));
      child.signal("CONT");
      transport.connect(Pair.TIMEOUT);
      transport.close();
      assertEquals("ENDED after 0 bytes", child.readLine());
    }
  }

  @Test
  @DisplayName("L1 a client that is stopped or killed while it connects hurts nobody")
  void aClientThatIsKilledWhileItConnectsHurtsNobody() throws Exception {
    try (Acceptor acceptor = serve()) {
      for (int i = 0; i < 10; i++) {
        try (ChildProcess child = ChildMain.start("connects", address.toString())) {
          assertEquals("READY", child.readLine());
          child.signal("STOP");
          assertTrue(acceptor.openTransports() >= 0);
          child.kill();
        }
      }
      List<Transport> ended = new ArrayList<>();
      accepted.drainTo(ended);
      ended.forEach(Transport::close);
      Eventually.isTrue(() -> acceptor.openTransports() == 0);
      assertServes(acceptor);
    }
    serve().close();
    assertEquals(List.of("lock"), names());
  }
}
