package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Eventually;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.TestThread;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a second uid plants and tries: X3 and X4 of the torture list. */
@Timeout(30)
class ForeignUserTest {
  private SecondUser foreigner;

  @BeforeEach
  void enlist() throws IOException {
    foreigner = SecondUser.orSkip();
  }

  @AfterEach
  void dismiss() throws IOException {
    if (foreigner != null) {
      foreigner.close();
    }
  }

  // X3.

  private static void assertBothSidesRefuse(Path socket, String why) throws IOException {
    IpcAddress address = IpcAddress.of("unix:" + socket);
    for (int side = 0; side < 2; side++) {
      boolean serve = side == 0;
      AccessDeniedException refused =
          assertThrows(
              AccessDeniedException.class,
              () -> {
                if (serve) {
                  serve(address);
                } else {
                  connect(address);
                }
              },
              address.toString());
      assertTrue(
          refused.getMessage().contains("not a safe place for " + address), refused::toString);
      assertTrue(refused.getMessage().contains(why), refused::toString);
    }
  }

  private static void serve(IpcAddress address) throws IOException {
    try (Acceptor acceptor = Transports.acceptor(address, TransportOptions.DEFAULTS)) {
      acceptor.start(Transport::close);
    }
  }

  private static void connect(IpcAddress address) throws IOException {
    try (Transport transport = Transports.connecting(address, TransportOptions.DEFAULTS)) {
      transport.connect(Pair.TIMEOUT);
    }
  }

  @Test
  @DisplayName("X3 a directory that the second uid made is refused, at any depth, and left empty")
  void aDirectoryOfTheSecondUidIsRefused() throws Exception {
    Path open = foreigner.directory("open", "1777");
    Path theirs = open.resolve("theirs");
    foreigner.run("mkdir", "-p", theirs + "/sub/deep");
    String why = theirs + ": not a safe place";
    assertBothSidesRefuse(theirs.resolve("a.sock"), why);
    assertBothSidesRefuse(theirs.resolve("sub/deep/a.sock"), why);
    assertBothSidesRefuse(theirs.resolve("sub/../../theirs/sub/a.sock"), why);
    // A directory of ours inside theirs can be renamed by them.
    Path ours = Files.createDirectory(theirs.resolve("ours"));
    assertBothSidesRefuse(ours.resolve("a.sock"), why);
    // Nothing is made there either.
    AccessDeniedException refused =
        assertThrows(
            AccessDeniedException.class,
            () -> serve(IpcAddress.of("unix:" + theirs + "/new/a.sock")));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
    assertFalse(Files.exists(theirs.resolve("new")));
    assertEquals(0, filesNamed(theirs, "lock"));
  }

  private static long filesNamed(Path root, String text) throws IOException {
    try (var all = Files.walk(root)) {
      return all.filter(file -> file.getFileName().toString().contains(text)).count();
    }
  }

  @Test
  @DisplayName("X3 a link that the second uid planted is refused wherever it leads")
  void aLinkOfTheSecondUidIsRefused() throws Exception {
    Path open = foreigner.directory("open", "1777");
    Path safe = foreigner.directory("safe", "755");
    Files.createDirectory(safe.resolve("sub"));
    foreigner.run("mkdir", open + "/theirs");
    String[] targets = {safe.toString(), open + "/theirs", open + "/nowhere", "/"};
    for (int i = 0; i < targets.length; i++) {
      Path link = open.resolve("link" + i);
      foreigner.run("ln", "-s", targets[i], link.toString());
      String why = "it is a symbolic link of uid " + SecondUser.UID;
      assertBothSidesRefuse(link.resolve("a.sock"), why);
      assertBothSidesRefuse(link.resolve("../safe/a.sock"), why);
      assertBothSidesRefuse(link.resolve("./a.sock"), why);
    }
    assertFalse(Files.exists(open.resolve("nowhere")));
    // Root's own link is as safe as what it leads to.
    Path good = Files.createSymbolicLink(safe.resolve("good"), safe.resolve("sub"));
    serve(IpcAddress.of("unix:" + good + "/a.sock"));
    Path bad = Files.createSymbolicLink(safe.resolve("bad"), open.resolve("theirs"));
    assertBothSidesRefuse(bad.resolve("a.sock"), "it belongs to uid " + SecondUser.UID);
    Path detour = Files.createSymbolicLink(safe.resolve("detour"), open.resolve("link0"));
    assertBothSidesRefuse(detour.resolve("a.sock"), "it is a symbolic link of uid");
  }

  @Test
  @DisplayName("X3 a directory that the second uid can write to is refused")
  void aDirectoryThatTheSecondUidCanWriteToIsRefused() throws Exception {
    for (String mode : new String[] {"777", "757"}) {
      Path open = foreigner.directory("open" + mode, mode);
      foreigner.run("touch", open + "/proof");
      Path inside = Files.createDirectory(open.resolve("inside"));
      for (Path directory : new Path[] {open, inside}) {
        assertBothSidesRefuse(directory.resolve("a.sock"), "others may write to it (mode 0" + mode);
      }
      // The dots must not hide which directories are passed.
      Path beside = foreigner.directory("beside" + mode, "755");
      Files.createDirectories(beside.resolve(open.getFileName()));
      assertBothSidesRefuse(
          Path.of(beside + "/./../" + open.getFileName() + "/a.sock"), "others may write to it");
    }
    Path group = foreigner.directory("group", "770");
    Files.setAttribute(group, "unix:gid", SecondUser.UID);
    foreigner.run("touch", group + "/proof");
    assertBothSidesRefuse(group.resolve("a.sock"), "others may write to it (mode 0770");
  }

  // X4.

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract"})
  @DisplayName("X4 two hundred binds with a foreign uid hammering: none of its connects gets in")
  void noForeignerGetsInDuringTwoHundredBinds(String scheme, TestReporter reporter)
      throws Exception {
    bindWhileHammered(scheme, 200, reporter);
  }

  @ParameterizedTest(name = "{0}:")
  @ValueSource(strings = {"unix", "unix-abstract"})
  @Tag("nightly")
  @Timeout(300)
  @DisplayName("X4 a thousand binds with a foreign uid hammering: none of its connects gets in")
  void noForeignerGetsInDuringAThousandBinds(String scheme, TestReporter reporter)
      throws Exception {
    bindWhileHammered(scheme, 1_000, reporter);
  }

  /**
   * In a sticky directory open to all, so nothing but mode and gate protects. Every tenth round
   * lifts the mode, so only the gate does, and waits for the foreigner to come.
   */
  private void bindWhileHammered(String scheme, int binds, TestReporter reporter) throws Exception {
    Path open = foreigner.directory("open", "1777");
    IpcAddress address = IpcAddress.of(scheme + ":" + open + "/a.sock");
    Doorman doorman = new Doorman();
    try (doorman;
        ChildProcess hammer = foreigner.start("hammer", address.toString())) {
      assertEquals("READY", hammer.readLine());
      for (int i = 0; i < binds; i++) {
        boolean gateOnly = i % 10 == 0;
        TransportOptions options =
            gateOnly
                ? TransportOptions.DEFAULTS.withSocketMode(
                    PosixFilePermissions.fromString("rw-rw-rw-"))
                : TransportOptions.DEFAULTS;
        Acceptor acceptor = Transports.acceptor(address, options);
        try (acceptor) {
          int foreigners = doorman.foreigners();
          int own = doorman.own.get();
          acceptor.start(doorman::receive);
          connect(address);
          Eventually.isTrue(() -> doorman.own.get() > own);
          if (gateOnly) {
            Eventually.isTrue(() -> doorman.foreigners() > foreigners);
          }
        }
        Eventually.isTrue(() -> acceptor.openTransports() == 0);
      }
    }
    reporter.publishEntry(
        scheme + " binds", binds + ", foreign connects denied by the gate: " + doorman.denied);
    assertEquals(0, doorman.foreign.get(), "foreign connections that got in");
    assertEquals(0, doorman.bytes.get(), "bytes of the foreigner that were read");
    assertTrue(doorman.foreigners() >= binds / 10, "the foreigner did hammer");
    assertTrue(doorman.own.get() >= binds, "we got in each time: " + doorman.own);
  }

  /** Asks everybody who comes for credentials, one after the other, and counts. */
  private static final class Doorman implements AutoCloseable {
    final AtomicInteger denied = new AtomicInteger();
    final AtomicInteger foreign = new AtomicInteger();
    final AtomicInteger own = new AtomicInteger();
    final AtomicInteger bytes = new AtomicInteger();
    private static final Transport END =
        Transports.connecting(IpcAddress.of("memory:end"), TransportOptions.DEFAULTS);
    private final LinkedBlockingQueue<Transport> waiting = new LinkedBlockingQueue<>();

    Doorman() {
      new TestThread(
              () -> {
                Transport next = waiting.take();
                while (next != END) {
                  check(next);
                  next = waiting.take();
                }
              })
          .start();
    }

    /** How many came, let in or not. */
    int foreigners() {
      return denied.get() + foreign.get();
    }

    void receive(Transport transport) {
      transport.onData(data -> bytes.addAndGet(data.remaining()));
      waiting.add(transport);
    }

    @Override
    public void close() {
      waiting.add(END);
    }

    private void check(Transport transport) {
      try (transport) {
        transport.connect(Pair.TIMEOUT);
        if (transport.peer().uid() == OwnIdentity.uid()) {
          own.incrementAndGet();
        } else {
          foreign.incrementAndGet();
          transport.poll();
        }
      } catch (PeerRejectedException e) {
        denied.incrementAndGet();
      } catch (IOException e) {
        // The peer is gone already.
      }
    }
  }
}
