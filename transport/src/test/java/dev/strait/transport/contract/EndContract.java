package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportState;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How a stream ends, in order and otherwise. */
abstract class EndContract extends ConnectContract {
  @Test
  void aCloseEndsADisconnectThatWaitsForItsReader() throws Exception {
    try (Pair pair = pair(options().withOutboundLimitBytes(8 << 20))) {
      assertTrue(pair.near.write(ByteBuffer.allocate(5_000_000)));
      TestThread waiting = run(() -> pair.near.disconnect(Duration.ofDays(1)));
      Eventually.isTrue(() -> pair.near.state() == TransportState.DRAINING);
      pair.near.close();
      waiting.finish();
      assertEquals(TransportState.CLOSED, pair.near.state());
    }
  }

  @Test
  void aCloseEndsWritesThatWaitForRoom() throws Exception {
    try (Pair pair = pair()) {
      IOException why = new IOException("closed under its writer");
      TestThread writer =
          run(
              () -> {
                IOException seen =
                    assertThrows(
                        IOException.class, () -> send(pair.near, new byte[64 << 20], 10_000));
                assertSame(why, seen.getCause());
              });
      Eventually.isTrue(() -> !pair.near.isWritable());
      pair.near.close(why);
      writer.finish();
    }
  }

  @Test
  void disconnectSendsWhatWasAcceptedBeforeItCloses() throws Exception {
    TransportOptions roomy = options().withOutboundLimitBytes(8 << 20);
    try (Pair pair = pair(roomy)) {
      byte[] sent = noise(5_000_000, 4);
      assertTrue(pair.near.write(ByteBuffer.wrap(sent)));
      Received received = new Received();
      pair.far.onData(received);
      Thread reader = pair.read(pair.far);
      pair.near.disconnect(Pair.TIMEOUT);
      assertEquals(TransportState.CLOSED, pair.near.state());
      reader.join();
      assertArrayEquals(sent, received.bytes());
      assertTrue(pair.far.closeReason() instanceof EOFException);
    }
  }

  @Test
  void disconnectGivesUpAtItsTimeoutAndTellsWhatWasLost() throws Exception {
    TransportOptions roomy = options().withOutboundLimitBytes(8 << 20);
    try (Pair pair = pair(roomy)) {
      assertTrue(pair.near.write(ByteBuffer.allocate(5_000_000)));
      pair.near.disconnect(Duration.ofMillis(50));
      assertEquals(TransportState.CLOSED, pair.near.state());
      assertTrue(
          pair.near.closeReason().getMessage().contains("bytes unsent"),
          pair.near.closeReason().getMessage());
    }
  }

  @Test
  void anInterruptedThreadStillDisconnectsInOrder() throws Exception {
    try (Pair pair = pair()) {
      byte[] sent = noise(1_000_000, 5);
      assertTrue(pair.near.write(ByteBuffer.wrap(sent)));
      Received received = new Received();
      pair.far.onData(received);
      Thread reader = pair.read(pair.far);
      Thread.currentThread().interrupt();
      pair.near.disconnect(Pair.TIMEOUT);
      assertTrue(Thread.interrupted());
      reader.join();
      assertArrayEquals(sent, received.bytes());
    }
  }

  @Test
  void theFirstCloseReasonWinsAndReachesEverybody() throws Exception {
    try (Pair pair = pair()) {
      CountDownLatch returned = new CountDownLatch(1);
      TestThread waiter =
          run(
              () -> {
                pair.near.await(Long.MAX_VALUE);
                returned.countDown();
              });
      Eventually.isTrue(() -> isInside(waiter, "await"));
      IOException first = new IOException("first");
      pair.near.close(first);
      pair.near.close(new IOException("second"));
      returned.await();
      waiter.finish();
      assertSame(first, pair.near.closeReason());
      assertSame(first, assertThrows(IOException.class, pair.near::poll).getCause());
      assertSame(first, assertThrows(IOException.class, pair.near::flush).getCause());
      assertSame(
          first,
          assertThrows(IOException.class, () -> pair.near.write(ByteBuffer.allocate(1)))
              .getCause());
    }
  }

  @Test
  void theEndComesAfterAllBytes() throws Exception {
    try (Pair pair = pair()) {
      send(pair.near, new byte[] {1, 2, 3}, 3);
      pair.near.disconnect(Pair.TIMEOUT);
      Received received = new Received();
      pair.far.onData(received);
      int n;
      do {
        pair.far.await(1_000_000);
        n = pair.far.poll();
      } while (n >= 0);
      assertEquals(-1, n);
      assertArrayEquals(new byte[] {1, 2, 3}, received.bytes());
      assertEquals(-1, pair.far.poll());
    }
  }

  @Test
  void writingToAPeerThatIsGoneFailsAndWhatItSaidIsStillRead() throws Exception {
    try (Pair pair = pair()) {
      send(pair.far, new byte[] {7}, 1);
      pair.far.disconnect(Pair.TIMEOUT);
      Received received = new Received();
      pair.near.onData(received);
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              pair.near.write(ByteBuffer.wrap(new byte[1000]));
              pair.near.flush();
              // Only who polls sends what a full link left over, and so learns that it is gone.
              pair.near.poll();
            }
          });
      while (received.size() == 0) {
        assertTrue(pair.near.poll() >= 0);
      }
      assertArrayEquals(new byte[] {7}, received.bytes());
    }
  }
}
