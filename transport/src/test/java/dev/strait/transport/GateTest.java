package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.ChildProcess;
import dev.strait.transport.contract.Pair;
import dev.strait.transport.contract.Received;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateTest {
  private static final IpcAddress ADDRESS = IpcAddress.of("memory:gate");
  private static final int FOREIGN_UID = SecondUser.UID;
  private static final PeerPolicy ANYBODY = PeerPolicy.matching("anybody", peer -> true);

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
  @DisplayName("X2 the overflow uid and a missing identity are nobody, whatever the policy says")
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
  @DisplayName("X2 a peer whose identity cannot be proven is denied and sent nothing")
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

  private SecondUser foreigner;

  private SecondUser foreigner(int uid) throws IOException {
    foreigner = SecondUser.orSkip(uid);
    return foreigner;
  }

  @AfterEach
  void clean() throws IOException {
    if (foreigner != null) {
      foreigner.close();
    }
  }

  private IpcAddress unix(String directory) {
    return IpcAddress.of("unix:" + directory + "/a.sock");
  }

  private IpcAddress abstractName() {
    return IpcAddress.of("unix-abstract:" + foreigner.sandbox());
  }

  @Test
  @DisplayName("X1 a foreign client is denied before any byte over unix:")
  void aForeignClientIsDeniedBeforeAnyByteOverUnix() throws Exception {
    foreigner(FOREIGN_UID);
    clientIsDenied(unix(foreigner.sandbox().toString()), PeerPolicy.sameUserOrRoot());
  }

  @Test
  @DisplayName("X1 a foreign client is denied before any byte over unix-abstract:")
  void aForeignClientIsDeniedBeforeAnyByteOverAnAbstractName() throws Exception {
    foreigner(FOREIGN_UID);
    clientIsDenied(abstractName(), PeerPolicy.sameUserOrRoot());
  }

  @Test
  @DisplayName("X2 a client with the overflow uid is denied over unix:, also if anybody may enter")
  void aClientWithTheOverflowUidIsDeniedOverUnix() throws Exception {
    foreigner(SecondUser.NOBODY);
    clientIsDenied(unix(foreigner.sandbox().toString()), ANYBODY);
  }

  @Test
  @DisplayName(
      "X2 a client with the overflow uid is denied over unix-abstract:, also if anybody may")
  void aClientWithTheOverflowUidIsDeniedOverAnAbstractName() throws Exception {
    foreigner(SecondUser.NOBODY);
    clientIsDenied(abstractName(), ANYBODY);
  }

  private void clientIsDenied(IpcAddress address, PeerPolicy policy) throws Exception {
    TransportOptions open =
        TransportOptions.DEFAULTS
            .withPeerPolicy(policy)
            .withSocketMode(PosixFilePermissions.fromString("rw-rw-rw-"));
    LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
    try (Acceptor acceptor = Transports.acceptor(address, open)) {
      acceptor.start(accepted::add);
      try (ChildProcess child = foreigner.start("send", address.toString())) {
        Transport transport = accepted.poll(20, TimeUnit.SECONDS);
        assertNotNull(transport, "the other process did not connect");
        Received received = new Received();
        transport.onData(received);
        PeerRejectedException denied =
            assertThrows(PeerRejectedException.class, () -> transport.connect(Pair.TIMEOUT));
        assertNames(denied);
        assertEquals(0, received.size());
        assertTrue(child.readLine().endsWith("after 0 bytes"));
      }
    }
  }

  private void assertNames(PeerRejectedException denied) {
    String who = "uid=" + foreigner.uid() + " gid=" + foreigner.uid();
    assertTrue(denied.getMessage().contains(who), denied.getMessage());
  }

  @Test
  @DisplayName("X5 a squatted path: the client sends nothing over unix:")
  void aForeignServerIsSentNothingOverUnix() throws Exception {
    foreigner(FOREIGN_UID);
    serverIsSentNothing(unix(squattable()), PeerPolicy.sameUserOrRoot());
  }

  @Test
  @DisplayName("X5 a squatted name: the client sends nothing over unix-abstract:")
  void aForeignServerIsSentNothingOverAnAbstractName() throws Exception {
    foreigner(FOREIGN_UID);
    serverIsSentNothing(abstractName(), PeerPolicy.sameUserOrRoot());
  }

  @Test
  @DisplayName("X2 a server with the overflow uid is sent nothing over unix:, also if anybody may")
  void aServerWithTheOverflowUidIsSentNothingOverUnix() throws Exception {
    foreigner(SecondUser.NOBODY);
    serverIsSentNothing(unix(squattable()), ANYBODY);
  }

  @Test
  @DisplayName("X2 a server with the overflow uid is sent nothing over unix-abstract:")
  void aServerWithTheOverflowUidIsSentNothingOverAnAbstractName() throws Exception {
    foreigner(SecondUser.NOBODY);
    serverIsSentNothing(abstractName(), ANYBODY);
  }

  /** A directory of root's that is sticky and open to all, as /tmp: a name can be squatted. */
  private String squattable() throws Exception {
    return foreigner.directory("squat", "1777").toString();
  }

  private void serverIsSentNothing(IpcAddress address, PeerPolicy policy) throws Exception {
    try (ChildProcess child = foreigner.start("serve", address.toString())) {
      assertEquals("READY", child.readLine());
      try (Transport transport =
          Transports.connecting(address, TransportOptions.DEFAULTS.withPeerPolicy(policy))) {
        PeerRejectedException denied =
            assertThrows(PeerRejectedException.class, () -> transport.connect(Pair.TIMEOUT));
        assertNames(denied);
        assertEquals(TransportState.FAILED, transport.state());
        assertThrows(IOException.class, () -> transport.write(ByteBuffer.allocate(1)));
        assertEquals("ENDED after 0 bytes", child.readLine());
      }
    }
  }
}
