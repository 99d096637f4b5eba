package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every transport promises, whatever it is made of. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TransportContract {
  private static final TransportOptions OPTIONS = TransportOptions.DEFAULTS;

  /** An address that nobody serves, a new one at each call. */
  abstract IpcAddress freshAddress() throws IOException;

  @AfterEach
  void noBufferIsLeftBehind() {
    Eventually.isTrue(() -> BufferPool.shared().outstanding() == 0);
    assertEquals(List.of(), BufferPool.shared().leaks());
  }

  static byte[] noise(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes all, flushing and waiting for room as a user would. */
  static void send(Transport transport, byte[] bytes, int step) throws IOException {
    for (int at = 0; at < bytes.length; at += step) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at));
      while (!transport.write(piece)) {
        transport.flush();
        Thread.yield();
      }
      transport.flush();
    }
  }

  @Test
  void bytesArriveAsTheyWereSentInBothDirections() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Received atServer = new Received();
      Received atClient = new Received();
      pair.server.onData(atServer);
      pair.client.onData(atClient);
      pair.read(pair.server);
      pair.read(pair.client);
      byte[] up = noise(3_000_000, 1);
      byte[] down = noise(2_000_000, 2);
      TestThread other = run(() -> send(pair.server, down, 70_001));
      send(pair.client, up, 1_009);
      assertArrayEquals(up, atServer.await(up.length));
      assertArrayEquals(down, atClient.await(down.length));
      other.finish();
    }
  }

  @Test
  void bothSidesSeeTheKernelsCredentials() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      for (Transport side : List.of(pair.client, pair.server)) {
        assertEquals(OwnIdentity.uid(), side.peer().uid());
        assertEquals(OwnIdentity.credentials().gid(), side.peer().gid());
        long pid = side.peer().pid();
        assertTrue(pid == PeerCredentials.UNKNOWN_PID || pid == ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void aSlowReaderHoldsTheWriterBackAndNothingIsLost() throws Exception {
    TransportOptions small = OPTIONS.withOutboundLimitBytes(64 * 1024);
    try (Pair pair = new Pair(freshAddress(), small)) {
      byte[] sent = noise(4_000_000, 3);
      AtomicInteger refused = new AtomicInteger();
      AtomicInteger becameWritable = new AtomicInteger();
      pair.client.onWritable(becameWritable::incrementAndGet);
      int at = 0;
      boolean full = false;
      while (!full) {
        ByteBuffer piece = ByteBuffer.wrap(sent, at, 1000);
        full = !pair.client.write(piece);
        assertEquals(full ? at : at + 1000, piece.position(), "all or nothing is taken");
        at += full ? 0 : 1000;
        pair.client.flush();
      }
      assertFalse(pair.client.isWritable());
      assertEquals(0, becameWritable.get());
      assertTrue(at < 1_500_000, "memory is bounded, but " + at + " bytes were taken");
      Received received = new Received();
      pair.server.onData(received);
      pair.read(pair.client);
      pair.read(pair.server);
      for (; at < sent.length; at += 1000) {
        ByteBuffer piece = ByteBuffer.wrap(sent, at, 1000);
        while (!pair.client.write(piece)) {
          refused.incrementAndGet();
          pair.client.flush();
          Thread.yield();
        }
      }
      pair.client.flush();
      assertArrayEquals(sent, received.await(sent.length));
      Eventually.isTrue(pair.client::isWritable);
      assertTrue(becameWritable.get() > 0);
    }
  }

  @Test
  void theFramesOfEightWritersStayWhole() throws Exception {
    int writers = 8;
    int frames = 2_000;
    int frameBytes = 100;
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Received received = new Received();
      pair.server.onData(received);
      pair.read(pair.server);
      pair.read(pair.client);
      List<TestThread> threads = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        byte writer = (byte) w;
        threads.add(
            run(
                () -> {
                  for (int i = 0; i < frames; i++) {
                    ByteBuffer frame = ByteBuffer.allocate(frameBytes).put(writer).putInt(i);
                    while (frame.hasRemaining()) {
                      frame.put(writer);
                    }
                    send(pair.client, frame.array(), frameBytes);
                  }
                }));
      }
      ByteBuffer all = ByteBuffer.wrap(received.await(writers * frames * frameBytes));
      int[] next = new int[writers];
      while (all.hasRemaining()) {
        byte writer = all.get();
        assertEquals(next[writer]++, all.getInt());
        for (int i = 5; i < frameBytes; i++) {
          assertEquals(writer, all.get());
        }
      }
      for (TestThread thread : threads) {
        thread.finish();
      }
    }
  }

  @Test
  void aThrowingListenerStopsNeitherTheTransportNorTheOthers() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Received received = new Received();
      pair.server.onData(
          data -> {
            data.get();
            throw new IllegalStateException("a listener that throws, on purpose");
          });
      pair.server.onData(received);
      pair.read(pair.server);
      send(pair.client, new byte[] {1, 2, 3}, 3);
      assertArrayEquals(new byte[] {1, 2, 3}, received.await(3));
      assertEquals(TransportState.CONNECTED, pair.server.state());
    }
  }

  @Test
  void anEndedSubscriptionGetsNothingMore() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Received first = new Received();
      Received second = new Received();
      Subscription subscription = pair.server.onData(first);
      pair.server.onData(second);
      pair.read(pair.server);
      send(pair.client, new byte[] {1}, 1);
      second.await(1);
      subscription.close();
      subscription.close();
      send(pair.client, new byte[] {2}, 1);
      second.await(2);
      assertArrayEquals(new byte[] {1}, first.bytes());
    }
  }

  @Test
  void stateChangesAreToldInOrder() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Transport more = Transports.connecting(pair.client.address(), OPTIONS);
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
    Transport transport = Transports.connecting(nobody, OPTIONS);
    ConnectException refused =
        assertThrows(ConnectException.class, () -> transport.connect(Pair.TIMEOUT));
    assertTrue(refused.getMessage().contains(nobody.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("nobody serves"), refused.getMessage());
    assertEquals(TransportState.FAILED, transport.state());
    assertSame(refused, transport.closeReason());
    IOException write =
        assertThrows(IOException.class, () -> transport.write(ByteBuffer.allocate(1)));
    assertSame(refused, write.getCause());
  }

  @Test
  void aFailedTransportMayConnectAgain() throws Exception {
    IpcAddress address = freshAddress();
    Transport transport = Transports.connecting(address, OPTIONS);
    assertThrows(ConnectException.class, () -> transport.connect(Pair.TIMEOUT));
    try (Pair pair = new Pair(address, OPTIONS)) {
      Transport other = pair.connect(transport);
      assertEquals(TransportState.CONNECTED, transport.state());
      assertEquals(null, transport.closeReason());
      transport.close();
      other.close();
    }
  }

  @Test
  void illegalMovesThrow() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      assertThrows(IllegalStateException.class, () -> pair.client.connect(Pair.TIMEOUT));
      assertThrows(IllegalStateException.class, () -> pair.server.connect(Pair.TIMEOUT));
      pair.client.close();
      assertThrows(IllegalStateException.class, () -> pair.client.connect(Pair.TIMEOUT));
      assertThrows(IllegalStateException.class, () -> pair.acceptor.start(t -> {}));
      Transport unconnected = Transports.connecting(pair.client.address(), OPTIONS);
      assertThrows(IllegalStateException.class, unconnected::peer);
      assertThrows(IOException.class, unconnected::poll);
      assertThrows(IOException.class, () -> unconnected.write(ByteBuffer.allocate(1)));
    }
  }

  /** A server that accepts one stream and then nothing, so that its backlog fills up. */
  private static final class StuckServer implements AutoCloseable {
    final IpcAddress address;
    final TransportOptions options = OPTIONS.withBacklog(1);
    private final CountDownLatch holdUp = new CountDownLatch(1);
    private final List<Transport> all = new CopyOnWriteArrayList<>();
    private final Acceptor acceptor;

    StuckServer(IpcAddress address) throws IOException {
      this.address = address;
      acceptor = Transports.acceptor(address, options);
      acceptor.start(
          transport -> {
            all.add(transport);
            awaitQuietly(holdUp);
          });
    }

    /** Fills the backlog; gives what the first one too many got. */
    SocketTimeoutException fill() throws IOException {
      connect();
      Eventually.isTrue(() -> acceptor.openTransports() == 1);
      for (int i = 0; i < 20; i++) {
        try {
          connect();
        } catch (SocketTimeoutException e) {
          return e;
        }
      }
      throw new AssertionError("the backlog never filled");
    }

    private void connect() throws IOException {
      Transport transport = Transports.connecting(address, options);
      all.add(transport);
      transport.connect(Duration.ofMillis(50));
    }

    @Override
    public void close() {
      holdUp.countDown();
      acceptor.close();
      Eventually.isTrue(
          () -> {
            all.forEach(Transport::close);
            return acceptor.openTransports() == 0;
          });
    }
  }

  @Test
  void connectTimesOutWhileTheBacklogIsFull() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress())) {
      SocketTimeoutException late = server.fill();
      assertTrue(late.getMessage().contains(server.address.toString()), late.getMessage());
      assertTrue(late.getMessage().contains("50 ms"), late.getMessage());
    }
  }

  @Test
  void anInterruptEndsAConnectThatWaits() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress())) {
      server.fill();
      Transport transport = Transports.connecting(server.address, server.options);
      TestThread waiting =
          run(() -> assertThrows(IOException.class, () -> transport.connect(Pair.TIMEOUT)));
      Eventually.isTrue(() -> transport.state() == TransportState.CONNECTING);
      waiting.interrupt();
      waiting.finish();
      assertEquals(TransportState.FAILED, transport.state());
    }
  }

  @Test
  void aCloseEndsAConnectThatWaits() throws Exception {
    try (StuckServer server = new StuckServer(freshAddress())) {
      server.fill();
      Transport transport = Transports.connecting(server.address, server.options);
      TestThread waiting =
          run(() -> assertThrows(IOException.class, () -> transport.connect(Pair.TIMEOUT)));
      Eventually.isTrue(() -> transport.state() == TransportState.CONNECTING);
      transport.close();
      waiting.finish();
      assertEquals(TransportState.CLOSED, transport.state());
    }
  }

  @Test
  void disconnectSendsWhatWasAcceptedBeforeItCloses() throws Exception {
    TransportOptions roomy = OPTIONS.withOutboundLimitBytes(8 << 20);
    try (Pair pair = new Pair(freshAddress(), roomy)) {
      byte[] sent = noise(5_000_000, 4);
      assertTrue(pair.client.write(ByteBuffer.wrap(sent)));
      Received received = new Received();
      pair.server.onData(received);
      Thread reader = pair.read(pair.server);
      pair.client.disconnect(Pair.TIMEOUT);
      assertEquals(TransportState.CLOSED, pair.client.state());
      reader.join();
      assertArrayEquals(sent, received.bytes());
      assertTrue(pair.server.closeReason() instanceof java.io.EOFException);
    }
  }

  @Test
  void disconnectGivesUpAtItsTimeoutAndTellsWhatWasLost() throws Exception {
    TransportOptions roomy = OPTIONS.withOutboundLimitBytes(8 << 20);
    try (Pair pair = new Pair(freshAddress(), roomy)) {
      assertTrue(pair.client.write(ByteBuffer.allocate(5_000_000)));
      pair.client.disconnect(Duration.ofMillis(50));
      assertEquals(TransportState.CLOSED, pair.client.state());
      assertTrue(
          pair.client.closeReason().getMessage().contains("bytes unsent"),
          pair.client.closeReason().getMessage());
    }
  }

  @Test
  void anInterruptedThreadStillDisconnectsInOrder() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      byte[] sent = noise(1_000_000, 5);
      assertTrue(pair.client.write(ByteBuffer.wrap(sent)));
      Received received = new Received();
      pair.server.onData(received);
      Thread reader = pair.read(pair.server);
      Thread.currentThread().interrupt();
      pair.client.disconnect(Pair.TIMEOUT);
      assertTrue(Thread.interrupted());
      reader.join();
      assertArrayEquals(sent, received.bytes());
    }
  }

  @Test
  void theFirstCloseReasonWinsAndReachesEverybody() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      CountDownLatch returned = new CountDownLatch(1);
      TestThread waiter =
          run(
              () -> {
                pair.client.await(Long.MAX_VALUE);
                returned.countDown();
              });
      Eventually.isTrue(() -> isBlocked(waiter));
      IOException first = new IOException("first");
      pair.client.close(first);
      pair.client.close(new IOException("second"));
      returned.await();
      waiter.finish();
      assertSame(first, pair.client.closeReason());
      assertSame(first, assertThrows(IOException.class, pair.client::poll).getCause());
      assertSame(first, assertThrows(IOException.class, pair.client::flush).getCause());
      assertSame(
          first,
          assertThrows(IOException.class, () -> pair.client.write(ByteBuffer.allocate(1)))
              .getCause());
    }
  }

  private static boolean isBlocked(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("await")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void wakeupEndsThePresentOrTheNextAwait() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      pair.client.wakeup();
      pair.client.await(Long.MAX_VALUE);
      TestThread waiter = run(() -> pair.client.await(Long.MAX_VALUE));
      Eventually.isTrue(() -> isBlocked(waiter));
      pair.client.wakeup();
      waiter.finish();
      assertEquals(0, pair.client.poll());
    }
  }

  @Test
  void theEndComesAfterAllBytes() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      send(pair.client, new byte[] {1, 2, 3}, 3);
      pair.client.disconnect(Pair.TIMEOUT);
      Received received = new Received();
      pair.server.onData(received);
      int n;
      do {
        pair.server.await(1_000_000);
        n = pair.server.poll();
      } while (n >= 0);
      assertEquals(-1, n);
      assertArrayEquals(new byte[] {1, 2, 3}, received.bytes());
      assertEquals(-1, pair.server.poll());
    }
  }

  @Test
  void writingToAPeerThatIsGoneFailsAndWhatItSaidIsStillRead() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      send(pair.server, new byte[] {7}, 1);
      pair.server.disconnect(Pair.TIMEOUT);
      Received received = new Received();
      pair.client.onData(received);
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              pair.client.write(ByteBuffer.wrap(new byte[1000]));
              pair.client.flush();
              // Only who polls sends what a full link left over, and so learns that it is gone.
              pair.client.poll();
            }
          });
      while (pair.client.poll() > 0) {
        // All of it.
      }
      assertArrayEquals(new byte[] {7}, received.bytes());
    }
  }

  @Test
  void anInterruptedThreadNeitherClosesTheTransportNorLosesBytes() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Received received = new Received();
      pair.server.onData(received);
      Thread.currentThread().interrupt();
      byte[] sent = noise(2_000, 6);
      assertTrue(pair.client.write(ByteBuffer.wrap(sent)));
      pair.client.flush();
      pair.server.await(Long.MAX_VALUE);
      while (received.size() < sent.length) {
        assertTrue(pair.server.poll() >= 0);
      }
      assertTrue(Thread.interrupted());
      assertArrayEquals(sent, received.bytes());
      assertEquals(TransportState.CONNECTED, pair.client.state());
      assertEquals(TransportState.CONNECTED, pair.server.state());
    }
  }

  @Test
  void aRainOfInterruptsNeitherClosesTheTransportNorLosesBytes() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      byte[] sent = noise(4_000_000, 7);
      Received received = new Received();
      pair.server.onData(received);
      TestThread sender = run(() -> send(pair.client, sent, 10_007));
      AtomicBoolean done = new AtomicBoolean();
      TestThread poller =
          run(
              () -> {
                while (received.size() < sent.length) {
                  pair.server.await(Long.MAX_VALUE);
                  Thread.interrupted();
                  assertTrue(pair.server.poll() >= 0);
                }
                done.set(true);
              });
      TestThread helper =
          run(
              () -> {
                while (!done.get()) {
                  pair.client.await(1_000_000);
                  Thread.interrupted();
                  assertTrue(pair.client.poll() >= 0);
                }
              });
      while (!done.get()) {
        sender.interrupt();
        poller.interrupt();
        helper.interrupt();
        LockSupport.parkNanos(10_000);
      }
      poller.finish();
      helper.finish();
      sender.finish();
      assertArrayEquals(sent, received.bytes());
    }
  }

  @Test
  void whatAFlushCouldNotSendThePollingThreadSends() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS.withOutboundLimitBytes(8 << 20))) {
      byte[] sent = noise(4_000_000, 8);
      Received received = new Received();
      pair.server.onData(received);
      pair.read(pair.client);
      assertTrue(pair.client.write(ByteBuffer.wrap(sent)));
      pair.client.flush();
      pair.read(pair.server);
      assertArrayEquals(sent, received.await(sent.length));
    }
  }

  @Test
  void aSecondServerOfTheSameAddressIsRefusedAndTheFirstStays() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      Acceptor second = Transports.acceptor(pair.client.address(), OPTIONS);
      BindException refused =
          assertThrows(BindException.class, () -> second.start(Transport::close));
      assertTrue(
          refused.getMessage().contains(pair.client.address().toString()), refused.getMessage());
      second.close();
      Transport more = Transports.connecting(pair.client.address(), OPTIONS);
      pair.connect(more).close();
      more.close();
    }
  }

  @Test
  void anAddressIsFreeAgainAfterClose() throws Exception {
    IpcAddress address = freshAddress();
    for (int i = 0; i < 3; i++) {
      new Pair(address, OPTIONS).close();
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAtOnce() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS.withMaxConnections(1))) {
      Transport tooMany = Transports.connecting(pair.client.address(), OPTIONS);
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
      Eventually.isTrue(() -> ((StreamAcceptor) pair.acceptor).turnedAway() == 1);
      pair.client.close();
      pair.server.close();
      Transport next = Transports.connecting(pair.client.address(), OPTIONS);
      Transport other = pair.connect(next);
      next.close();
      other.close();
    }
  }

  @Test
  void aPeerThatThePolicyRefusesIsSentNothing() throws Exception {
    TransportOptions nobody =
        OPTIONS.withPeerPolicy(PeerPolicy.matching("nobody at all", peer -> false));
    IpcAddress address = freshAddress();
    try (Acceptor acceptor = Transports.acceptor(address, nobody)) {
      List<Transport> accepted = new CopyOnWriteArrayList<>();
      acceptor.start(accepted::add);
      Transport client = Transports.connecting(address, OPTIONS);
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

  @Test
  void twoHundredConnectionsLeaveNoThreadBehind() throws Exception {
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      int before = Resources.straitThreads();
      for (int i = 0; i < 200; i++) {
        Transport more = Transports.connecting(pair.client.address(), OPTIONS);
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
  void twoHundredConnectionsLeaveNoDescriptorBehind() throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    try (Pair pair = new Pair(freshAddress(), OPTIONS)) {
      pair.client.await(1);
      pair.server.await(1);
      int before = Resources.descriptors();
      for (int i = 0; i < 200; i++) {
        Transport more = Transports.connecting(pair.client.address(), OPTIONS);
        Transport other = pair.connect(more);
        more.await(1);
        other.await(1);
        more.close();
        other.close();
      }
      Eventually.isTrue(() -> Resources.descriptors() <= before);
    }
  }

  interface Task {
    void run() throws Exception;
  }

  /** Runs the task on a thread; what it throws is thrown by join. */
  static TestThread run(Task task) {
    TestThread thread = new TestThread(task);
    thread.start();
    return thread;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
