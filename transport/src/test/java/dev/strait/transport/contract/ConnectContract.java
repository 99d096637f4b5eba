package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.PeerRejectedException;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportState;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How transports and acceptors find each other. */
abstract class ConnectContract extends BytesContract {
  @Test
  void bothSidesSeeTheKernelsCredentials() throws Exception {
    assumeTrue(identifiesPeers(), "peers have no identity here");
    Path own = Files.createTempFile("contract", null);
    int uid = (int) Files.getAttribute(own, "unix:uid");
    Files.delete(own);
    try (Pair pair = pair()) {
      for (Transport side : List.of(pair.client, pair.server)) {
        PeerCredentials peer = Objects.requireNonNull(side.peer());
        assertEquals(uid, peer.uid());
        long pid = peer.pid();
        assertTrue(pid == PeerCredentials.UNKNOWN_PID || pid == ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void withoutIdentitiesThereIsNoneAndNoPolicyCanBeSet() throws Exception {
    assumeTrue(!identifiesPeers(), "peers have an identity here");
    try (Pair pair = pair()) {
      assertNull(pair.client.peer());
      assertNull(pair.server.peer());
    }
    IpcAddress address = freshAddress();
    TransportOptions policy = options().withPeerPolicy(PeerPolicy.sameUserOrRoot());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Transports.connecting(address, policy));
    assertTrue(refused.getMessage().contains(address.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("no identity"), refused.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Transports.acceptor(address, policy));
  }

  @Test
  void manyClientsAtOnceAreAllServed() throws Exception {
    int clients = 24;
    try (Pair pair = pair()) {
      List<Transport> connected = new CopyOnWriteArrayList<>();
      List<TestThread> threads = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        byte[] own = {(byte) i, (byte) (i + 1), (byte) (i + 2)};
        threads.add(
            run(
                () -> {
                  Transport transport = Transports.connecting(pair.address(), options());
                  connected.add(transport);
                  transport.connect(Pair.TIMEOUT);
                  Received back = new Received();
                  transport.onData(back);
                  Thread reader = pair.read(transport);
                  send(transport, own, 2);
                  assertArrayEquals(own, back.await(own.length));
                  transport.disconnect(Pair.TIMEOUT);
                  reader.join();
                }));
      }
      for (int i = 0; i < clients; i++) {
        Transport transport = pair.accepted.take();
        transport.connect(Pair.TIMEOUT);
        transport.onData(new Echo(transport));
        pair.read(transport);
      }
      for (TestThread thread : threads) {
        thread.finish();
      }
      Eventually.isTrue(() -> pair.acceptor.openTransports() == 1);
    }
  }

  @Test
  void aCloseEndsAnAcceptThatWaits() throws Exception {
    IpcAddress address = freshAddress();
    Acceptor acceptor = Transports.acceptor(address, options());
    acceptor.start(Transport::close);
    Eventually.isTrue(() -> Resources.threadsOf(address) == 1);
    acceptor.close();
    Eventually.isTrue(() -> Resources.threadsOf(address) == 0);
  }

  @Test
  void anInterruptDoesNotEndAnAcceptThatWaits() throws Exception {
    AtomicReference<Thread> accepting = new AtomicReference<>();
    TransportOptions observed =
        options()
            .withThreadFactory(
                task -> {
                  Thread thread = new Thread(task);
                  accepting.compareAndSet(null, thread);
                  return thread;
                });
    try (Pair pair = pair(observed)) {
      for (int i = 0; i < 3; i++) {
        accepting.get().interrupt();
        Transport more = Transports.connecting(pair.address(), options());
        pair.connect(more).close();
        more.close();
      }
    }
  }

  @Test
  void stateChangesAreToldInOrder() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (Pair pair = pair()) {
      Transport more = Transports.connecting(pair.address(), options());
      more.onStateChange(
          (from, to) -> {
            throw new IllegalStateException("a state listener that throws, on purpose");
          });
      more.onStateChange((from, to) -> seen.add(from + ">" + to));
      pair.connect(more).close();
      more.disconnect(Pair.TIMEOUT);
      more.disconnect(Pair.TIMEOUT);
      more.close();
    }
    assertEquals(
        List.of(
            "DISCONNECTED>CONNECTING",
            "CONNECTING>CONNECTED",
            "CONNECTED>DRAINING",
            "DRAINING>CLOSED"),
        seen);
  }

  @Test
  void connectingToNobodyFailsAndNamesTheEndpoint() throws Exception {
    IpcAddress nobody = freshAddress();
    Transport transport = Transports.connecting(nobody, options());
    ConnectException refused =
        assertThrows(ConnectException.class, () -> transport.connect(Pair.TIMEOUT));
    assertTrue(refused.getMessage().contains(nobody.toString()), refused.getMessage());
    assertEquals(TransportState.FAILED, transport.state());
    assertSame(refused, transport.closeReason());
    IOException write =
        assertThrows(IOException.class, () -> transport.write(ByteBuffer.allocate(1)));
    assertSame(refused, write.getCause());
  }

  @Test
  void aFailedTransportMayConnectAgain() throws Exception {
    IpcAddress address = freshAddress();
    Transport transport = Transports.connecting(address, options());
    assertThrows(ConnectException.class, () -> transport.connect(Pair.TIMEOUT));
    try (Pair pair = new Pair(address, options(), variant.startsWithAccepting())) {
      Transport other = pair.connect(transport);
      assertEquals(TransportState.CONNECTED, transport.state());
      assertEquals(null, transport.closeReason());
      transport.close();
      other.close();
    }
  }

  @Test
  void illegalMovesThrow() throws Exception {
    try (Pair pair = pair()) {
      assertThrows(IllegalStateException.class, () -> pair.client.connect(Pair.TIMEOUT));
      assertThrows(IllegalStateException.class, () -> pair.server.connect(Pair.TIMEOUT));
      pair.client.close();
      assertThrows(IllegalStateException.class, () -> pair.client.connect(Pair.TIMEOUT));
      assertThrows(IllegalStateException.class, () -> pair.acceptor.start(t -> {}));
      Transport unconnected = Transports.connecting(pair.address(), options());
      assertThrows(IllegalStateException.class, unconnected::peer);
      assertThrows(IOException.class, unconnected::poll);
      assertThrows(IOException.class, () -> unconnected.write(ByteBuffer.allocate(1)));
    }
  }

  /** L6. */
  @Test
  void connectTimesOutWhileTheBacklogIsFull() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress(), options())) {
      SocketTimeoutException late = server.fill();
      assertTrue(late.getMessage().contains(server.address.toString()), late.getMessage());
      assertTrue(late.getMessage().contains("50 ms"), late.getMessage());
    }
  }

  /** L6: it is tried again until then. */
  @Test
  void aConnectThatWaitsComesThroughOnceThereIsRoom() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress(), options())) {
      server.fill();
      Transport transport = Transports.connecting(server.address, server.options);
      TestThread waiting = run(() -> transport.connect(Pair.TIMEOUT));
      Eventually.isTrue(() -> isInside(waiting, "pause"));

      server.goOn();

      waiting.finish();
      assertEquals(TransportState.CONNECTED, transport.state());
      transport.close();
    }
  }

  @Test
  void anInterruptEndsAConnectThatWaits() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress(), options())) {
      server.fill();
      Transport transport = Transports.connecting(server.address, server.options);
      TestThread waiting =
          run(
              () ->
                  assertThrows(
                      InterruptedIOException.class, () -> transport.connect(Duration.ofDays(1))));
      Eventually.isTrue(() -> isInside(waiting, "pause"));
      waiting.interrupt();
      waiting.finish();
      assertEquals(TransportState.FAILED, transport.state());
    }
  }

  @Test
  void aCloseEndsAConnectThatWaits() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress(), options())) {
      server.fill();
      Transport transport = Transports.connecting(server.address, server.options);
      TestThread waiting =
          run(
              () -> {
                IOException ended =
                    assertThrows(IOException.class, () -> transport.connect(Duration.ofDays(1)));
                assertTrue(ended.getMessage().contains("was closed while it connected"));
              });
      Eventually.isTrue(() -> isInside(waiting, "pause"));
      transport.close();
      waiting.finish();
      assertEquals(TransportState.CLOSED, transport.state());
    }
  }

  @Test
  void aSecondServerOfTheSameAddressIsRefusedAndTheFirstStays() throws Exception {
    try (Pair pair = pair()) {
      Acceptor second = Transports.acceptor(pair.address(), options());
      BindException refused =
          assertThrows(BindException.class, () -> second.start(Transport::close));
      assertTrue(refused.getMessage().contains(pair.address().toString()), refused.getMessage());
      second.close();
      Transport more = Transports.connecting(pair.address(), options());
      pair.connect(more).close();
      more.close();
    }
  }

  @Test
  void anAddressIsFreeAgainAfterClose() throws Exception {
    IpcAddress address = freshAddress();
    for (int i = 0; i < 3; i++) {
      new Pair(address, options(), variant.startsWithAccepting()).close();
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAtOnce() throws Exception {
    try (Pair pair = pair(options().withMaxConnections(1))) {
      Transport tooMany = Transports.connecting(pair.address(), options());
      try {
        tooMany.connect(Pair.TIMEOUT);
        int n;
        do {
          tooMany.await(1_000_000);
          n = tooMany.poll();
        } while (n == 0);
        assertEquals(-1, n);
      } catch (IOException e) {
        // The server was quicker.
      }
      tooMany.close();
      assertEquals(1, pair.acceptor.openTransports());
      assertTrue(pair.accepted.isEmpty());
      pair.client.close();
      pair.server.close();
      Transport next = Transports.connecting(pair.address(), options());
      Transport other = pair.connect(next);
      next.close();
      other.close();
    }
  }

  @Test
  void aPeerThatThePolicyRefusesIsSentNothing() throws Exception {
    assumeTrue(identifiesPeers(), "peers have no identity here");
    TransportOptions nobody =
        options().withPeerPolicy(PeerPolicy.matching("nobody at all", peer -> false));
    IpcAddress address = freshAddress();
    try (Acceptor acceptor = Transports.acceptor(address, nobody)) {
      List<Transport> accepted = new CopyOnWriteArrayList<>();
      acceptor.start(accepted::add);
      Transport client = Transports.connecting(address, options());
      client.connect(Pair.TIMEOUT);
      send(client, new byte[] {1, 2, 3}, 3);
      Eventually.isTrue(() -> !accepted.isEmpty());
      Received received = new Received();
      accepted.get(0).onData(received);
      assertThrows(IOException.class, accepted.get(0)::poll);
      PeerRejectedException rejected =
          assertThrows(PeerRejectedException.class, () -> accepted.get(0).connect(Pair.TIMEOUT));
      assertTrue(rejected.getMessage().contains("nobody at all"), rejected.getMessage());
      assertTrue(rejected.getMessage().contains(address.toString()), rejected.getMessage());
      assertEquals(0, received.size());
      Eventually.isTrue(() -> acceptor.openTransports() == 0);
      client.close();
    }
  }
}
