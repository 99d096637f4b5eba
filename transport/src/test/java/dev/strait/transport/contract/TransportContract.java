package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportState;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every transport promises, whatever it is made of. Extend it, say how an address of yours is
 * made and what provider knows it, and run it: each test runs once per {@link Variant}.
 */
public abstract class TransportContract extends EndContract {

  /**
   * The file without which nobody finds the server.
   *
   * @return null if there is none
   */
  protected @Nullable Path fileOf(IpcAddress address) {
    return null;
  }

  private ChildProcess child(String part, IpcAddress address) throws IOException {
    assumeTrue(reachesOtherProcesses(), "only within one process");
    return ChildProcess.start(
        List.of(),
        System.getProperty("java.class.path"),
        ContractChild.class,
        part,
        provider().getClass().getName(),
        address.toString());
  }

  @Test
  void theEndOfAKilledClientIsSeen() throws Exception {
    IpcAddress address = freshAddress();
    try (Acceptor acceptor = Transports.acceptor(address, options())) {
      LinkedBlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
      acceptor.start(accepted::add);
      try (ChildProcess client = child("connect", address)) {
        Transport transport = accepted.take();
        transport.connect(Pair.TIMEOUT);
        Received received = new Received();
        transport.onData(received);
        Thread reader = Pair.read(transport, options());
        assertArrayEquals(ContractChild.MESSAGE, received.await(ContractChild.MESSAGE.length));
        client.kill();
        reader.join();
        assertEquals(TransportState.CLOSED, transport.state());
        Eventually.isTrue(() -> acceptor.openTransports() == 0);
      }
    }
  }

  @Test
  void theEndOfAKilledServerIsSeenAndItsAddressCanBeServedAgain() throws Exception {
    IpcAddress address = freshAddress();
    Transport transport = Transports.connecting(address, options());
    try (ChildProcess server = child("serve", address)) {
      assertEquals("READY", server.readLine());
      transport.connect(Pair.TIMEOUT);
      Acceptor second = Transports.acceptor(address, options());
      BindException refused =
          assertThrows(BindException.class, () -> second.start(Transport::close));
      assertTrue(refused.getMessage().contains(address.toString()), refused.getMessage());
      second.close();
      server.kill();
    }
    Pair.read(transport, options()).join();
    assertEquals(TransportState.CLOSED, transport.state());
    Transport late = Transports.connecting(address, options());
    assertThrows(ConnectException.class, () -> late.connect(Pair.TIMEOUT));
    new Pair(address, options(), variant.startsWithAccepting()).close();
  }

  /** A POSIX lock is lost when any channel of the process on its file is closed. */
  @Test
  void clientsOfTheServersOwnProcessDoNotCostItItsAddress() throws Exception {
    try (Pair pair = pair()) {
      Transport more = Transports.connecting(pair.address(), options());
      pair.connect(more).close();
      more.close();
      try (ChildProcess other = child("serve", pair.address())) {
        assertEquals("FAILED BindException", other.readLine());
      }
    }
  }

  @Test
  void openStreamsOutliveTheFileOfTheirEndpoint() throws Exception {
    IpcAddress address = freshAddress();
    Path file = fileOf(address);
    assumeTrue(file != null, "there is no file");
    try (Pair pair = new Pair(address, options(), variant.startsWithAccepting())) {
      Files.delete(file);
      Received received = new Received();
      pair.far.onData(received);
      pair.read(pair.near);
      pair.read(pair.far);
      send(pair.near, new byte[] {1, 2, 3}, 3);
      assertArrayEquals(new byte[] {1, 2, 3}, received.await(3));
      // Whether the server makes it anew is the provider's business; nobody may hang.
      Transport more = Transports.connecting(address, options());
      try {
        more.connect(Duration.ofMillis(100));
      } catch (ConnectException | SocketTimeoutException e) {
        assertTrue(e.getMessage().contains(address.toString()), e.getMessage());
      }
      more.close();
    }
    new Pair(address, options(), variant.startsWithAccepting()).close();
  }

  @Test
  void manyConnectionsLeaveNoThreadBehind() throws Exception {
    try (Pair pair = pair()) {
      int before = Resources.straitThreads();
      for (int i = 0; i < Math.max(20, variant.scaled(200)); i++) {
        Transport more = Transports.connecting(pair.address(), options());
        Transport other = pair.connect(more);
        Thread reader = pair.read(other);
        send(more, new byte[] {1}, 1);
        more.disconnect(Pair.TIMEOUT);
        reader.join();
      }
      Eventually.isTrue(() -> Resources.straitThreads() <= before);
    }
  }

  @Test
  void manyConnectionsLeaveNoDescriptorBehind() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    try (Pair pair = pair()) {
      pair.client.await(1);
      pair.server.await(1);
      int before = Resources.descriptors();
      for (int i = 0; i < Math.max(20, variant.scaled(200)); i++) {
        Transport more = Transports.connecting(pair.address(), options());
        Transport other = pair.connect(more);
        more.await(1);
        other.await(1);
        more.close();
        other.close();
      }
      Eventually.isTrue(() -> Resources.descriptors() <= before);
    }
  }

  @Test
  void whateverHappensToAnAddressLeavesNoDescriptorBehind() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    IpcAddress address = freshAddress();
    // Once before, for what is made at the first use and kept.
    liveThrough(address);
    int before = Resources.descriptors();
    for (int i = 0; i < 5; i++) {
      liveThrough(address);
    }
    Eventually.isTrue(() -> Resources.descriptors() <= before);
    Eventually.isTrue(() -> Resources.threadsOf(address) == 0);
  }

  /** Bind, refused bind, connect, connect to nobody, connect in vain, and the end of all. */
  private void liveThrough(IpcAddress address) throws Exception {
    try (Pair pair = new Pair(address, options(), variant.startsWithAccepting())) {
      Acceptor second = Transports.acceptor(address, options());
      assertThrows(BindException.class, () -> second.start(Transport::close));
      second.close();
    }
    Transport late = Transports.connecting(address, options());
    assertThrows(ConnectException.class, () -> late.connect(Pair.TIMEOUT));
    late.close();
    try (StuckServer server = new StuckServer(address, options())) {
      server.fill();
    }
  }
}
