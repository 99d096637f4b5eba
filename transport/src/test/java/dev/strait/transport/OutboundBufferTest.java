package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.contract.TestThread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutboundBufferTest {
  /** A link that takes as much as it is told to. */
  static class FakeLink implements Link {
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    volatile int room = Integer.MAX_VALUE;
    volatile int atOnce = Integer.MAX_VALUE;
    volatile int wakeups;
    volatile @Nullable IOException failure;
    @Nullable Runnable duringWrite;

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (duringWrite != null) {
        Runnable action = duringWrite;
        duringWrite = null;
        action.run();
      }
      if (failure != null) {
        throw failure;
      }
      int n = Math.min(source.remaining(), Math.min(room, atOnce));
      byte[] bytes = new byte[n];
      source.get(bytes);
      taken.writeBytes(bytes);
      room -= n;
      return n;
    }

    @Override
    public void wakeup() {
      wakeups++;
    }

    @Override
    public PeerCredentials credentials() throws IOException {
      return OwnIdentity.credentials();
    }

    @Override
    public int read(ByteBuffer target) {
      return 0;
    }

    @Override
    public void await(boolean alsoWritable, long timeoutNanos) {}

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}
  }

  private static final int LIMIT = 1 << 20;

  private final BufferPool pool = new BufferPool(true, 64);
  private final AtomicInteger becameWritable = new AtomicInteger();
  private final FakeLink link = new FakeLink();
  private final OutboundBuffer buffer =
      new OutboundBuffer(link, LIMIT, pool, becameWritable::incrementAndGet);

  @AfterEach
  void noChunkIsLeftBehind() {
    assertEquals(0, pool.outstanding());
  }

  @Test
  void bytesGoOutInOrderAtTheFlushAndAnIdleBufferHoldsNoChunk() throws IOException {
    assertTrue(buffer.write(ByteBuffer.wrap(new byte[] {1, 2})));
    assertTrue(buffer.write(ByteBuffer.wrap(new byte[] {3})));
    assertEquals(0, link.taken.size());
    buffer.flush();
    assertArrayEquals(new byte[] {1, 2, 3}, link.taken.toByteArray());
    assertTrue(buffer.isEmpty());
    assertEquals(0, pool.outstanding());
    assertEquals(0, link.wakeups);
  }

  @Test
  void aGivenBufferGoesOutAsItIsInItsPlaceAmongWrites() throws IOException {
    byte[] large = noise(100_000, 4);
    ByteBuffer given = pool.acquire().put(large);
    assertTrue(buffer.write(ByteBuffer.wrap(new byte[] {1})));
    assertTrue(buffer.give(given));
    assertTrue(buffer.write(ByteBuffer.wrap(new byte[] {2})));
    assertEquals(100_002, buffer.queuedBytes());
    assertEquals(2, pool.outstanding(), "no further buffer was needed");
    buffer.flush();
    byte[] sent = link.taken.toByteArray();
    assertEquals(1, sent[0]);
    assertArrayEquals(large, Arrays.copyOfRange(sent, 1, 100_001));
    assertEquals(2, sent[100_001]);
  }

  @Test
  void aGivenBufferWithLittleInItSharesAnotherOne() throws IOException {
    for (int i = 0; i < 100; i++) {
      assertTrue(buffer.give(pool.acquire().put(new byte[] {(byte) i})));
    }
    assertEquals(1, pool.outstanding());
    buffer.flush();
    assertEquals(100, link.taken.size());
  }

  @Test
  void aBufferThatIsNotTakenStaysItsOwners() throws IOException {
    ByteBuffer refused = pool.acquire().put(new byte[50_000]);
    link.room = 0;
    buffer.write(ByteBuffer.allocate(LIMIT));
    assertFalse(buffer.give(refused));
    assertEquals(50_000, refused.position());
    buffer.close(new IOException("closed"));
    assertThrows(IOException.class, () -> buffer.give(refused));
    assertEquals(1, pool.outstanding());
    pool.release(refused);
  }

  @Test
  void aFlushGivesUpAfterItsShareAndWakesThePoller() throws IOException {
    byte[] sent = noise(LIMIT, 1);
    buffer.write(ByteBuffer.wrap(sent));
    buffer.flush();
    assertEquals(OutboundBuffer.SHARE_BYTES, link.taken.size());
    assertEquals(1, link.wakeups);
    assertTrue(buffer.hasLeftOver());
    buffer.sendLeftOver(false);
    assertEquals(2 * OutboundBuffer.SHARE_BYTES, link.taken.size());
    assertEquals(1, link.wakeups, "the poller does not wake itself, or it would never sleep");
    buffer.flush();
    assertEquals(3 * OutboundBuffer.SHARE_BYTES, link.taken.size());
    buffer.flush();
    assertArrayEquals(sent, link.taken.toByteArray());
    assertFalse(buffer.hasLeftOver());
  }

  @Test
  void aFullLinkIsTriedAgainByThePollerOnly() throws IOException {
    link.room = 10;
    buffer.write(ByteBuffer.allocate(15));
    buffer.flush();
    assertTrue(buffer.hasLeftOver());
    assertEquals(1, link.wakeups);
    link.room = 100;
    buffer.flush();
    assertEquals(10, link.taken.size());
    buffer.sendLeftOver(false);
    assertEquals(15, link.taken.size());
    buffer.write(ByteBuffer.allocate(1));
    buffer.flush();
    assertEquals(16, link.taken.size());
  }

  @Test
  void whatIsAddedWhileAnotherThreadSendsIsSentByThatThread() throws IOException {
    link.duringWrite =
        () -> {
          try {
            buffer.write(ByteBuffer.wrap(new byte[] {2}));
            buffer.flush();
            assertEquals(0, link.taken.size(), "one thread sends");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    buffer.write(ByteBuffer.wrap(new byte[] {1}));
    buffer.flush();
    assertArrayEquals(new byte[] {1, 2}, link.taken.toByteArray());
  }

  @Test
  void noFlushIsLostBetweenTwoWriters() throws Exception {
    for (int round = 0; round < 5_000; round++) {
      CyclicBarrier together = new CyclicBarrier(2);
      TestThread other =
          TestThread.run(
              () -> {
                together.await();
                buffer.write(ByteBuffer.wrap(new byte[] {1}));
                buffer.flush();
              });
      together.await();
      buffer.write(ByteBuffer.wrap(new byte[] {2}));
      buffer.flush();
      other.finish();
      assertTrue(buffer.isEmpty(), "in round " + round);
    }
    assertEquals(10_000, link.taken.size());
  }

  @Test
  void theLimitRefusesWholeWritesAndWritableComesOncePerWayDown() throws IOException {
    link.room = 0;
    int written = 0;
    ByteBuffer piece = ByteBuffer.allocate(10_000);
    while (buffer.write(piece)) {
      written += 10_000;
      piece.clear();
    }
    assertEquals(0, piece.position());
    assertTrue(written >= LIMIT && written < LIMIT + 10_000);
    assertFalse(buffer.isWritable());
    link.room = written - LIMIT / 2;
    drain();
    assertFalse(buffer.isWritable());
    assertEquals(0, becameWritable.get());
    link.room = 1;
    drain();
    assertTrue(buffer.isWritable());
    assertEquals(1, becameWritable.get());
    link.room = Integer.MAX_VALUE;
    drain();
    assertEquals(1, becameWritable.get());
    buffer.write(ByteBuffer.allocate(LIMIT));
    drain();
    assertEquals(2, becameWritable.get());
  }

  private void drain() throws IOException {
    long before;
    buffer.flush();
    do {
      before = buffer.queuedBytes();
      buffer.sendLeftOver(false);
    } while (buffer.queuedBytes() < before);
  }

  @Test
  void aFailureReachesTheFlusherAndEveryLaterWriter() throws IOException {
    IOException broken = new IOException("broken");
    buffer.write(ByteBuffer.allocate(1));
    link.failure = broken;
    assertSame(broken, assertThrows(IOException.class, buffer::flush).getCause());
    buffer.close(new IOException("later"));
    assertSame(
        broken,
        assertThrows(IOException.class, () -> buffer.write(ByteBuffer.allocate(1))).getCause());
    assertSame(broken, assertThrows(IOException.class, buffer::flush).getCause());
  }

  @Test
  void aCloseDuringTheSystemCallLeavesTheChunkToItsSender() throws IOException {
    IOException reason = new IOException("closed");
    link.duringWrite =
        () -> {
          buffer.close(reason);
          assertEquals(1, pool.outstanding(), "the sender still reads its chunk");
        };
    buffer.write(ByteBuffer.allocate(300_000));
    buffer.flush();
    assertEquals(0, pool.outstanding());
    assertThrows(IOException.class, buffer::flush);
  }

  @Test
  void aRefusedWriterLeavesWhatWasTakenToBeSent() throws IOException {
    buffer.write(ByteBuffer.wrap(new byte[] {1}));
    buffer.refuseWrites(new IOException("draining"));
    assertThrows(IOException.class, () -> buffer.write(ByteBuffer.allocate(1)));
    buffer.flush();
    assertEquals(1, link.taken.size());
  }

  private static byte[] noise(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
