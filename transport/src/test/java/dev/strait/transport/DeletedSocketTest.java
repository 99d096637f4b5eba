package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.Received;
import dev.strait.transport.contract.Resources;
import dev.strait.transport.contract.TestThread;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket's file is deleted while it is being served: D8 of the torture list. */
@Timeout(30)
class DeletedSocketTest {
  private static final TransportOptions OPTIONS =
      TransportOptions.DEFAULTS.withSocketMode(PosixFilePermissions.fromString("rw-rw----"));

  @TempDir Path directory;
  private Path place;
  private Path path;
  private Path lock;
  private IpcAddress address;
  private CapturedLog log;

  @BeforeEach
  void choose() throws IOException {
    place = Files.createDirectory(directory.resolve("place"));
    path = place.resolve("a.sock");
    lock = place.resolve("a.sock.lock");
    address = IpcAddress.of("unix:" + path);
    log = new CapturedLog(address);
  }

  @AfterEach
  void endLog() {
    log.close();
  }

  private void connect() throws IOException {
    try (Transport transport = Transports.connecting(address, OPTIONS)) {
      transport.connect(Pair.TIMEOUT);
    }
  }

  private UnixBinding bind() throws IOException {
    return UnixBinding.bind(address, path, OPTIONS);
  }

  // With an acceptor, in real time.

  @Test
  @DisplayName("D8 the acceptor binds again within a second or so; its connections live on")
  void theAcceptorBindsAgainAndItsConnectionsLiveOn() throws Exception {
    try (Pair pair = new Pair(address, OPTIONS, false)) {
      Received received = new Received();
      pair.server.onData(received);
      pair.read(pair.server);
      Pair.send(pair.client, new byte[] {1}, 1);
      received.await(1);
      FileStat before = FileStat.ofLink(path);

      Files.delete(path);

      Eventually.isTrue(() -> Files.exists(path));
      Eventually.isTrue(() -> log.lines().size() == 1);
      assertEquals(
          List.of("the socket file of " + address + " was deleted; bound it again"), log.lines());
      assertFalse(before.sameFile(FileStat.ofLink(path)));
      assertEquals("0660", FileStat.ofLink(path).permissions());
      Pair.send(pair.client, new byte[] {2, 3}, 2);
      assertArrayEquals(new byte[] {1, 2, 3}, received.await(3));
      Transport newcomer = Transports.connecting(address, OPTIONS);
      Transport other = pair.connect(newcomer);
      assertEquals(TransportState.CONNECTED, newcomer.state());
      newcomer.close();
      other.close();
    }
    assertNull(BoundSocket.found(path));
    assertTrue(Files.exists(lock));
  }

  @Test
  @DisplayName("D8 who waits in the old socket's backlog is accepted, and before newcomers")
  void whoWaitsInTheOldBacklogIsAccepted() throws Exception {
    AtomicLong clock = new AtomicLong();
    LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
    CountDownLatch holdUp = new CountDownLatch(1);
    List<Transport> clients = new ArrayList<>();
    try (Acceptor acceptor = Transports.acceptor(address, OPTIONS.withTicker(clock::get))) {
      acceptor.start(
          transport -> {
            accepted.add(transport);
            awaitQuietly(holdUp);
          });
      for (int i = 0; i < 5; i++) {
        Transport client = Transports.connecting(address, OPTIONS);
        clients.add(client);
        client.connect(Pair.TIMEOUT);
        if (i == 0) {
          Eventually.isTrue(() -> accepted.size() == 1);
        }
      }
      Files.delete(path);
      clock.addAndGet(TimeUnit.SECONDS.toNanos(2));

      holdUp.countDown();

      Eventually.isTrue(() -> accepted.size() == 5);
      assertTrue(Files.exists(path), "it was bound again before they were accepted");
      connect();
      Eventually.isTrue(() -> accepted.size() == 6);
    } finally {
      holdUp.countDown();
      clients.forEach(Transport::close);
      accepted.forEach(Transport::close);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("D8 what is in its place is reported once and left alone, until it is gone")
  void whatIsInItsPlaceIsReportedOnceAndLeftAlone() throws Exception {
    AtomicLong looks = new AtomicLong();
    AtomicLong clock = new AtomicLong();
    // Each look at the clock is a second later: every turn of the accepting thread looks.
    Ticker hasty =
        () -> {
          looks.incrementAndGet();
          return clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        };
    try (Acceptor acceptor = Transports.acceptor(address, OPTIONS.withTicker(hasty))) {
      acceptor.start(Transport::close);
      Path other = Files.writeString(place.resolve("other"), "another's");
      Files.move(
          other,
          path,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);

      Eventually.isTrue(() -> !log.lines().isEmpty());
      long seen = looks.get();
      Eventually.isTrue(() -> looks.get() > seen + 2);

      assertEquals(1, log.lines().size(), "said once: " + log.lines());
      assertTrue(
          log.lines().get(0).contains("there is a file at the path of " + address),
          log.lines().get(0));
      assertEquals("another's", Files.readString(path));
      Files.delete(path);
      Eventually.isTrue(() -> log.lines().size() == 2);
      connect();
    }
  }

  // Step by step.

  @Test
  @DisplayName("D8 a directory, a link and another's live socket in its place are left alone")
  void whateverIsInItsPlaceIsLeftAlone() throws Exception {
    UnixBinding binding = bind();
    try {
      assertFalse(binding.rebindIfDeleted());
      Files.delete(path);
      Files.createDirectory(path);
      assertLeftAlone(binding, "directory");
      Files.delete(path);
      Files.createSymbolicLink(path, Files.writeString(directory.resolve("file"), ""));
      assertLeftAlone(binding, "symbolic link");
      Files.delete(path);
      BoundSocket another = BoundSocket.bind(address, path, OPTIONS);
      try {
        assertLeftAlone(binding, "socket");
      } finally {
        another.channel().close();
      }
      // Dead now, but another's all the same.
      assertLeftAlone(binding, "socket");
      Files.delete(path);
      assertTrue(binding.rebindIfDeleted());
      assertFalse(binding.rebindIfDeleted());
    } finally {
      binding.close();
    }
    assertNull(BoundSocket.found(path));
  }

  private void assertLeftAlone(UnixBinding binding, String what) throws IOException {
    FileStat before = FileStat.ofLink(path);
    BindException reported = assertThrows(BindException.class, binding::rebindIfDeleted);
    assertEquals(
        "there is a " + what + " at the path of " + address + " which is not its own",
        reported.getMessage());
    assertEquals(before, FileStat.ofLink(path));
  }

  @Test
  @DisplayName("D8 a deleted directory is reported; when it is there again the address is bound")
  void aDeletedDirectoryIsReported() throws Exception {
    UnixBinding binding = bind();
    try {
      Files.delete(path);
      Files.delete(lock);
      Files.delete(place);
      for (int i = 0; i < 2; i++) {
        NoSuchFileException gone =
            assertThrows(NoSuchFileException.class, binding::rebindIfDeleted);
        assertEquals(place.toString(), gone.getFile());
        assertTrue(gone.getMessage().contains(address.toString()), gone.getMessage());
        assertFalse(Files.exists(place), "who deleted it wanted it gone");
      }
      Files.createDirectory(place);
      assertTrue(binding.rebindIfDeleted());
      assertOthersAreRefused();
    } finally {
      binding.close();
    }
    assertNull(BoundSocket.found(path));
    // The lock of the new directory was given back as well.
    bind().close();
  }

  private void assertOthersAreRefused() throws Exception {
    BindException refused = assertThrows(BindException.class, this::bind);
    assertTrue(refused.getMessage().contains("of this process"), refused.getMessage());
    try (ChildProcess other = ChildMain.start("try", address.toString())) {
      String line = other.readLine();
      assertTrue(line.contains("another process holds its lock"), line);
    }
  }

  @Test
  @DisplayName("D8 a lock file that was deleted too is locked anew")
  void aLockFileThatWasDeletedTooIsLockedAnew() throws Exception {
    UnixBinding binding = bind();
    try {
      Files.delete(path);
      Files.delete(lock);
      assertTrue(binding.rebindIfDeleted());
      assertOthersAreRefused();
    } finally {
      binding.close();
    }
    bind().close();
  }

  @Test
  @DisplayName("D8 a server that took the address over meanwhile keeps it")
  void aServerThatTookTheAddressOverKeepsIt() throws Exception {
    UnixBinding binding = bind();
    try {
      Files.delete(path);
      Files.delete(lock);
      try (ChildProcess other = ChildMain.start("serve", address.toString())) {
        assertEquals("READY", other.readLine());
        assertLeftAlone(binding, "socket");
        // And even when its socket is deleted: its lock tells.
        Files.delete(path);
        for (int i = 0; i < 3; i++) {
          BindException inUse = assertThrows(BindException.class, binding::rebindIfDeleted);
          assertTrue(inUse.getMessage().contains("another process holds its lock"));
          assertNull(BoundSocket.found(path));
        }
      }
      assertTrue(binding.rebindIfDeleted());
      assertOthersAreRefused();
    } finally {
      binding.close();
    }
  }

  @Test
  @DisplayName("D8 a directory that strangers may write to by now is not bound in")
  void aDirectoryThatStrangersMayWriteToByNowIsNotBoundIn() throws Exception {
    UnixBinding binding = bind();
    try {
      Files.delete(path);
      Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
      AccessDeniedException denied =
          assertThrows(AccessDeniedException.class, binding::rebindIfDeleted);
      assertTrue(denied.getMessage().contains("others may write to it"), denied.getMessage());
      assertNull(BoundSocket.found(path));
    } finally {
      binding.close();
    }
  }

  @Test
  @DisplayName("D8 a close that races the rebinding leaves nothing")
  void aCloseThatRacesTheRebindingLeavesNothing(TestReporter reporter) throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    raceRebindAndClose(10);
    int descriptors = Resources.descriptors();

    int rebound = raceRebindAndClose(100);

    reporter.publishEntry("rounds", "100, of which " + rebound + " were bound again first");
    Eventually.isTrue(() -> Resources.descriptors() <= descriptors);
    ConnectException nobody = assertThrows(ConnectException.class, this::connect);
    assertTrue(nobody.getMessage().contains("nobody serves"), nobody.getMessage());
  }

  private int raceRebindAndClose(int rounds) throws Exception {
    int rebound = 0;
    for (int i = 0; i < rounds; i++) {
      UnixBinding binding = bind();
      Files.delete(path);
      CyclicBarrier together = new CyclicBarrier(2);
      TestThread closer =
          new TestThread(
              () -> {
                together.await();
                binding.close();
                assertNull(BoundSocket.found(path), "left when close returned");
                // The address is free: nobody takes it away from a successor.
                bind().close();
              });
      closer.start();
      together.await();
      try {
        rebound += binding.rebindIfDeleted() ? 1 : 0;
      } catch (BindException e) {
        assertTrue(e.getMessage().contains("not its own"), e.getMessage());
      }
      closer.finish();
      assertNull(BoundSocket.found(path));
    }
    return rebound;
  }

  @Test
  @DisplayName("D8 rebinding a hundred times leaves no descriptor")
  void rebindingAHundredTimesLeavesNoDescriptor() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    UnixBinding binding = bind();
    try {
      // Once before, for what is opened at the first use and kept.
      rebindAndAccept(binding);
      int descriptors = Resources.descriptors();
      for (int i = 0; i < 100; i++) {
        rebindAndAccept(binding);
      }
      Eventually.isTrue(() -> Resources.descriptors() <= descriptors);
    } finally {
      binding.close();
    }
  }

  private void rebindAndAccept(UnixBinding binding) throws IOException {
    Files.delete(path);
    assertTrue(binding.rebindIfDeleted());
    // What the accepting thread would do next; somebody comes, so that it does not wait.
    try (Transport client = Transports.connecting(address, OPTIONS)) {
      client.connect(Pair.TIMEOUT);
      Link link = binding.accept();
      link.close();
    }
  }
}
