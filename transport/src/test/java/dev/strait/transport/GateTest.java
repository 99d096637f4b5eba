package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.Received;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateTest {
  private static final IpcAddress ADDRESS = IpcAddress.of("memory:gate");
  private static final int FOREIGN_UID = 12345;

  private static PeerCredentials uid(long uid) {
    return new PeerCredentials(uid, 7, 1);
  }

  @Test
  void thePolicyDecidesByUidOrPrimaryGid() throws PeerRejectedException {
    PeerCredentials own = OwnIdentity.credentials();
    assertSame(own, Gate.admit(ADDRESS, own, PeerPolicy.sameUserOrRoot()));
    Gate.admit(ADDRESS, uid(0), PeerPolicy.sameUserOrRoot());
    Gate.admit(ADDRESS, uid(5), PeerPolicy.uids(4, 5));
    Gate.admit(ADDRESS, uid(5), PeerPolicy.gids(7));
    assertRefused(uid(FOREIGN_UID), PeerPolicy.sameUserOrRoot());
    assertRefused(uid(6), PeerPolicy.uids(4, 5));
    assertRefused(uid(0), PeerPolicy.uids(4, 5));
    assertRefused(uid(5), PeerPolicy.gids(8));
  }

  @Test
  void theOverflowUidAndAMissingIdentityAreNobodyWhateverThePolicySays() {
    PeerPolicy anybody = PeerPolicy.matching("anybody", peer -> true);
    assertRefused(uid(65534), anybody);
    assertRefused(uid(65534), PeerPolicy.uids(65534));
    assertRefused(uid(-1), anybody);
    PeerRejectedException missing =
        assertThrows(
            PeerRejectedException.class,
            () -> Gate.admit(ADDRESS, (PeerCredentials) null, anybody));
    assertTrue(missing.getMessage().contains("without credentials"), missing.getMessage());
  }

  private static void assertRefused(PeerCredentials peer, PeerPolicy policy) {
    PeerRejectedException refused =
        assertThrows(PeerRejectedException.class, () -> Gate.admit(ADDRESS, peer, policy));
    assertTrue(refused.getMessage().contains(ADDRESS.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains(peer.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("expected " + policy), refused.getMessage());
  }

  @Test
  void theNumberOfAPrincipalIsProven() throws IOException {
    UserPrincipalLookupService names = FileSystems.getDefault().getUserPrincipalLookupService();
    for (long id : new long[] {0, 1, FOREIGN_UID, 65534}) {
      assertEquals(id, SocketCredentials.uid(names.lookupPrincipalByName(Long.toString(id))));
      assertEquals(id, SocketCredentials.gid(names.lookupPrincipalByGroupName(Long.toString(id))));
    }
    assertThrows(IOException.class, () -> SocketCredentials.uid(new LyingPrincipal()));
  }

  @Test
  void aPeerWhoseIdentityCannotBeProvenIsDeniedAndSentNothing() {
    OutboundBufferTest.FakeLink link =
        new OutboundBufferTest.FakeLink() {
          @Override
          public PeerCredentials credentials() throws IOException {
            throw new IOException("cannot prove which uid the peer has");
          }

          @Override
          public void admitted() {
            throw new AssertionError("admitted");
          }
        };
    Transport transport =
        StreamTransport.accepted(ADDRESS, TransportOptions.DEFAULTS, link, () -> {});
    PeerRejectedException denied =
        assertThrows(PeerRejectedException.class, () -> transport.connect(Pair.TIMEOUT));
    assertTrue(denied.getMessage().contains("without credentials (cannot prove"));
    assertEquals(TransportState.FAILED, transport.state());
    assertEquals(0, link.taken.size());
  }

  /** Its hash code is root's uid. */
  private static final class LyingPrincipal implements java.nio.file.attribute.UserPrincipal {
    @Override
    public String getName() {
      return "root";
    }

    @Override
    public int hashCode() {
      return 0;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }
  }

  private Path sandbox;

  /** A place that the foreign uid reaches, with the classes in it: the gate decides, not a mode. */
  private List<String> asForeigner() throws IOException {
    assumeTrue(OwnIdentity.uid() == 0, "SKIPPED: a second uid needs root");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "SKIPPED: a second uid needs setpriv");
    sandbox = Files.createTempDirectory(Path.of("/tmp"), "strait-gate");
    Files.setPosixFilePermissions(sandbox, PosixFilePermissions.fromString("rwxr-xr-x"));
    return List.of(
        "/usr/bin/setpriv", "--reuid=" + FOREIGN_UID, "--regid=" + FOREIGN_UID, "--clear-groups");
  }

  /** The class path, copied to where the foreign uid may read. */
  private String readableClassPath() throws IOException {
    StringBuilder copied = new StringBuilder();
    int n = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(entry);
      if (!entry.contains("junixsocket") && !entry.endsWith("classes")) {
        continue;
      }
      Path to = sandbox.resolve("cp" + n++ + (Files.isDirectory(from) ? "" : ".jar"));
      copy(from, to);
      copied.append(to).append(File.pathSeparator);
    }
    return copied.toString();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, file.equals(from) ? to : to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @AfterEach
  void clean() throws IOException {
    if (sandbox == null) {
      return;
    }
    Files.walkFileTree(
        sandbox,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Test
  void aForeignClientIsDeniedBeforeAnyByteOverUnix() throws Exception {
    List<String> prefix = asForeigner();
    foreignClientIsDenied(prefix, IpcAddress.of("unix:" + sandbox + "/a.sock"));
  }

  @Test
  void aForeignClientIsDeniedBeforeAnyByteOverAnAbstractName() throws Exception {
    List<String> prefix = asForeigner();
    foreignClientIsDenied(prefix, IpcAddress.of("unix-abstract:" + sandbox));
  }

  private void foreignClientIsDenied(List<String> prefix, IpcAddress address) throws Exception {
    TransportOptions open =
        TransportOptions.DEFAULTS.withSocketMode(PosixFilePermissions.fromString("rw-rw-rw-"));
    LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
    try (Acceptor acceptor = Transports.acceptor(address, open)) {
      acceptor.start(accepted::add);
      try (ChildProcess child =
          ChildProcess.start(
              prefix, readableClassPath(), ChildMain.class, "send", address.toString())) {
        Transport transport = accepted.poll(20, TimeUnit.SECONDS);
        assertNotNull(transport, "the other process did not connect");
        Received received = new Received();
        transport.onData(received);
        PeerRejectedException denied =
            assertThrows(PeerRejectedException.class, () -> transport.connect(Pair.TIMEOUT));
        assertTrue(denied.getMessage().contains("uid=12345 gid=12345"), denied.getMessage());
        assertEquals(0, received.size());
        assertTrue(child.readLine().endsWith("after 0 bytes"));
      }
    }
  }

  @Test
  void aForeignServerIsSentNothingOverUnix() throws Exception {
    List<String> prefix = asForeigner();
    // In a directory of root's that is sticky and open to all, as /tmp: the name can be squatted.
    Path squat = Files.createDirectory(sandbox.resolve("squat"));
    new ProcessBuilder("chmod", "1777", squat.toString()).start().waitFor();
    foreignServerIsSentNothing(prefix, IpcAddress.of("unix:" + squat + "/a.sock"));
  }

  @Test
  void aForeignServerIsSentNothingOverAnAbstractName() throws Exception {
    List<String> prefix = asForeigner();
    foreignServerIsSentNothing(prefix, IpcAddress.of("unix-abstract:" + sandbox + "-squat"));
  }

  private void foreignServerIsSentNothing(List<String> prefix, IpcAddress address)
      throws Exception {
    try (ChildProcess child =
        ChildProcess.start(
            prefix, readableClassPath(), ChildMain.class, "serve", address.toString())) {
      assertEquals("READY", child.readLine());
      Transport transport = Transports.connecting(address, TransportOptions.DEFAULTS);
      PeerRejectedException denied =
          assertThrows(PeerRejectedException.class, () -> transport.connect(Pair.TIMEOUT));
      assertTrue(denied.getMessage().contains("uid=12345"), denied.getMessage());
      assertEquals(TransportState.FAILED, transport.state());
      assertEquals("ENDED after 0 bytes", child.readLine());
    }
  }
}
