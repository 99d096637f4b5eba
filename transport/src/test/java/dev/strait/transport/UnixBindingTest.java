package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Pair;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UnixBindingTest {
  private static final TransportOptions OPTIONS = TransportOptions.DEFAULTS;

  @TempDir Path directory;

  private Acceptor serve(Path path) throws IOException {
    Acceptor acceptor = Transports.acceptor(IpcAddress.of("unix:" + path), OPTIONS);
    try {
      acceptor.start(Transport::close);
    } catch (IOException e) {
      acceptor.close();
      throw e;
    }
    return acceptor;
  }

  private static void connect(Path path) throws IOException {
    try (Transport transport = Transports.connecting(IpcAddress.of("unix:" + path), OPTIONS)) {
      transport.connect(Pair.TIMEOUT);
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void theSocketAndItsLockAreForTheOwnerOnlyAndTheLockFileStays() throws IOException {
    Path path = directory.resolve("a.sock");
    Path lock = directory.resolve("a.sock.lock");
    try (Acceptor acceptor = serve(path)) {
      assertEquals("0600", FileStat.ofLink(path).permissions());
      assertEquals("0600", FileStat.ofLink(lock).permissions());
    }
    assertFalse(Files.exists(path));
    assertTrue(Files.exists(lock));
  }

  @Test
  void theSocketModeCanBeNamed() throws IOException {
    Path path = directory.resolve("a.sock");
    Acceptor acceptor =
        Transports.acceptor(
            IpcAddress.of("unix:" + path),
            OPTIONS.withSocketMode(PosixFilePermissions.fromString("rw-rw----")));
    acceptor.start(Transport::close);
    assertEquals("0660", FileStat.ofLink(path).permissions());
    acceptor.close();
  }

  @Test
  void aMissingDirectoryIsCreatedForTheOwnerOnlyButNotItsAncestors() throws IOException {
    Path path = directory.resolve("new/a.sock");
    serve(path).close();
    assertEquals("0700", FileStat.ofLink(path.getParent()).permissions());
    NoSuchFileException missing =
        assertThrows(NoSuchFileException.class, () -> serve(directory.resolve("no/where/a.sock")));
    assertTrue(missing.getFile().endsWith("/no"), missing.getFile());
    assertFalse(Files.exists(directory.resolve("no")));
  }

  @Test
  void aDirectoryThatOthersMayWriteToIsRefusedByBothSidesUnlessSticky() throws Exception {
    Path open = Files.createDirectory(directory.resolve("open"));
    Path path = open.resolve("a.sock");
    try (Acceptor acceptor = serve(path)) {
      mode(open, "rwxrwxrwx");
      AccessDeniedException refused =
          assertThrows(AccessDeniedException.class, () -> connect(path));
      assertTrue(refused.getMessage().contains("others may write to it (mode 0777"));
    }
    assertThrows(AccessDeniedException.class, () -> serve(open.resolve("b.sock")));
    assertFalse(Files.exists(open.resolve("b.sock")));
    assertEquals(0, new ProcessBuilder("chmod", "1777", open.toString()).start().waitFor());
    try (Acceptor acceptor = serve(path)) {
      connect(path);
    }
    // The same one level up: who may rename the directory may replace it.
    Path inner = Files.createDirectory(open.resolve("inner"));
    mode(open, "rwxrwxrwx");
    assertThrows(AccessDeniedException.class, () -> serve(inner.resolve("a.sock")));
    mode(open, "rwx------");
  }

  @Test
  void aForeignDirectoryAndAForeignLinkAreRefusedByBothSides() throws Exception {
    assumeTrue(OwnIdentity.uid() == 0, "SKIPPED: only root can give files away");
    Path foreign = Files.createDirectory(directory.resolve("foreign"));
    Files.setAttribute(foreign, "unix:uid", 12345);
    AccessDeniedException refused =
        assertThrows(AccessDeniedException.class, () -> serve(foreign.resolve("a.sock")));
    assertTrue(refused.getMessage().contains("it belongs to uid 12345"), refused.getMessage());
    assertThrows(AccessDeniedException.class, () -> connect(foreign.resolve("a.sock")));

    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    Path path = link.resolve("a.sock");
    try (Acceptor acceptor = serve(path)) {
      connect(path);
      BindException same = assertThrows(BindException.class, () -> serve(real.resolve("a.sock")));
      assertTrue(same.getMessage().contains("live server of this process"), same.getMessage());
      assertEquals(
          0, new ProcessBuilder("chown", "-h", "12345", link.toString()).start().waitFor());
      AccessDeniedException planted =
          assertThrows(AccessDeniedException.class, () -> connect(path));
      assertTrue(planted.getMessage().contains("a symbolic link of uid 12345"));
    }
    assertThrows(AccessDeniedException.class, () -> serve(path));
  }

  @Test
  void whateverIsNotASocketStaysUntouched() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "precious");
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nowhere"));
    for (Path path : new Path[] {file, folder, link}) {
      FileStat before = FileStat.ofLink(path);
      BindException refused = assertThrows(BindException.class, () -> serve(path));
      assertTrue(refused.getMessage().contains("there is a " + before.type()));
      assertEquals(before, FileStat.ofLink(path));
      ConnectException nobody = assertThrows(ConnectException.class, () -> connect(path));
      assertTrue(nobody.getMessage().contains("not a socket"), nobody.getMessage());
    }
    assertEquals("precious", Files.readString(file));
  }

  @Test
  void aLinkToALiveSocketIsNotFollowed() throws IOException {
    Path path = directory.resolve("a.sock");
    Path link = Files.createSymbolicLink(directory.resolve("link.sock"), path);
    try (Acceptor acceptor = serve(path)) {
      assertThrows(ConnectException.class, () -> connect(link));
      assertThrows(BindException.class, () -> serve(link));
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws IOException {
    Path path = directory.resolve("a.sock");
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(path));
    dead.close();
    assertTrue(Files.exists(path));
    ConnectException nobody = assertThrows(ConnectException.class, () -> connect(path));
    assertTrue(nobody.getMessage().contains("nobody serves unix:" + path), nobody.getMessage());
    try (Acceptor acceptor = serve(path)) {
      connect(path);
    }
  }

  @Test
  void aLiveServerWithoutALockIsNotReplacedEvenWithAFullBacklog() throws IOException {
    Path path = directory.resolve("a.sock");
    try (ServerSocketChannel live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      live.bind(UnixDomainSocketAddress.of(path), 1);
      FileStat before = FileStat.ofLink(path);
      for (int i = 0; i < 5; i++) {
        BindException refused = assertThrows(BindException.class, () -> serve(path));
        assertTrue(refused.getMessage().contains("in use by a live server"));
        assertEquals(before, FileStat.ofLink(path));
      }
    }
  }

  @Test
  void aSocketThatReplacedOursIsNotDeletedAtTheEnd() throws IOException {
    Path path = directory.resolve("a.sock");
    Acceptor acceptor = serve(path);
    Files.delete(path);
    // So that the inode number is not given out again.
    Files.writeString(directory.resolve("filler"), "");
    Files.writeString(path, "another's");
    acceptor.close();
    assertEquals("another's", Files.readString(path));
  }

  @Test
  void aLockFileThatIsNoFileIsRefused() throws IOException {
    Path path = directory.resolve("a.sock");
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "");
    Files.createSymbolicLink(directory.resolve("a.sock.lock"), elsewhere);
    BindException refused = assertThrows(BindException.class, () -> serve(path));
    assertTrue(refused.getMessage().contains("not a lock file"), refused.getMessage());
  }

  @Test
  void anotherProcessIsRefusedWhileItsServerLivesAndReplacedAfterKillNine() throws Exception {
    Path path = directory.resolve("a.sock");
    for (int round = 0; round < 2; round++) {
      try (ChildProcess child = ChildMain.start("serve", "unix:" + path)) {
        assertEquals("READY", child.readLine());
        FileStat before = FileStat.ofLink(path);
        BindException refused = assertThrows(BindException.class, () -> serve(path));
        assertTrue(refused.getMessage().contains("holds its lock"), refused.getMessage());
        assertEquals(before, FileStat.ofLink(path));
        connect(path);
        child.kill();
        assertTrue(Files.exists(path));
        serve(path).close();
      }
    }
  }

  @Test
  void aSecondServerOfTheSameProcessDoesNotCostTheFirstItsLock() throws Exception {
    Path path = directory.resolve("a.sock");
    try (Acceptor first = serve(path)) {
      BindException refused = assertThrows(BindException.class, () -> serve(path));
      assertTrue(refused.getMessage().contains("live server of this process"));
      // Without the socket only the lock tells the other process that we live.
      Files.delete(path);
      try (ChildProcess child = ChildMain.start("serve", "unix:" + path)) {
        assertEquals("FAILED BindException", child.readLine());
      }
    }
  }
}
