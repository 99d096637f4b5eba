package dev.strait.transport.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.Subscription;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes arrive, in order, however they are cut; nobody is pushed beyond a bound. */
abstract class BytesContract extends ContractBase {
  @Test
  void anEchoComesBack() throws Exception {
    try (Pair pair = pair()) {
      Received back = new Received();
      pair.far.onData(new Echo(pair.far));
      pair.near.onData(back);
      pair.read(pair.far);
      pair.read(pair.near);
      for (int i = 1; i <= 200; i++) {
        send(pair.near, new byte[] {(byte) i}, 1);
        assertEquals((byte) i, back.await(i)[i - 1]);
      }
    }
  }

  @Test
  void whatWasWrittenIsUnsentUntilItIsFlushed() throws Exception {
    try (Pair pair = pair()) {
      Eventually.isTrue(() -> !pair.near.hasUnsent());
      assertTrue(pair.near.write(ByteBuffer.wrap(new byte[3])));
      assertTrue(pair.near.hasUnsent());
      pair.near.flush();
      // Sends what the link did not take at once.
      pair.read(pair.near);
      Eventually.isTrue(() -> !pair.near.hasUnsent());
      assertTrue(pair.near.write(ByteBuffer.wrap(new byte[3])));
      pair.near.close();
      assertFalse(pair.near.hasUnsent());
    }
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aGibibyteGoesEachWayAtOnce() throws Exception {
    long bytes = variant.scaled(1 << 30);
    try (Pair pair = pair()) {
      Pattern up = new Pattern(1);
      Pattern down = new Pattern(2);
      pair.far.onData(up.expected());
      pair.near.onData(down.expected());
      pair.read(pair.near);
      pair.read(pair.far);
      TestThread other = run(() -> down.send(pair.far, bytes));
      up.send(pair.near, bytes);
      other.finish();
      up.await(bytes);
      down.await(bytes);
    }
  }

  @Test
  void bytesArriveAsTheyWereSentInBothDirections() throws Exception {
    try (Pair pair = pair()) {
      Received atServer = new Received();
      Received atClient = new Received();
      pair.far.onData(atServer);
      pair.near.onData(atClient);
      pair.read(pair.far);
      pair.read(pair.near);
      byte[] up = noise(3_000_000, 1);
      byte[] down = noise(2_000_000, 2);
      TestThread other = run(() -> send(pair.far, down, 70_001));
      send(pair.near, up, 1_009);
      assertArrayEquals(up, atServer.await(up.length));
      assertArrayEquals(down, atClient.await(down.length));
      other.finish();
    }
  }

  /** With reads of one byte that is seconds of work, and much more beside other work. */
  @Test
  @Timeout(120)
  void aSlowReaderHoldsTheWriterBackAndNothingIsLost() throws Exception {
    TransportOptions small = options().withOutboundLimitBytes(64 * 1024);
    try (Pair pair = pair(small)) {
      // More than the link and the buffer hold, also when the variant is slow.
      byte[] sent = exactNoise(Math.max(1_600_000, variant.scaled(4_000_000)), 3);
      AtomicInteger refused = new AtomicInteger();
      AtomicInteger becameWritable = new AtomicInteger();
      pair.near.onWritable(becameWritable::incrementAndGet);
      int at = 0;
      boolean full = false;
      while (!full) {
        ByteBuffer piece = ByteBuffer.wrap(sent, at, 1000);
        full = !pair.near.write(piece);
        assertEquals(full ? at : at + 1000, piece.position(), "all or nothing is taken");
        at += full ? 0 : 1000;
        pair.near.flush();
      }
      assertFalse(pair.near.isWritable());
      assertEquals(0, becameWritable.get());
      assertTrue(at < 1_500_000, "memory is bounded, but " + at + " bytes were taken");
      Received received = new Received();
      pair.far.onData(received);
      pair.read(pair.near);
      pair.read(pair.far);
      for (; at < sent.length; at += 1000) {
        ByteBuffer piece = ByteBuffer.wrap(sent, at, 1000);
        while (!pair.near.write(piece)) {
          refused.incrementAndGet();
          pair.near.flush();
          Thread.yield();
        }
      }
      pair.near.flush();
      assertArrayEquals(sent, received.await(sent.length));
      Eventually.isTrue(pair.near::isWritable);
      assertTrue(becameWritable.get() > 0);
    }
  }

  @Test
  void theFramesOfEightWritersStayWhole() throws Exception {
    int writers = 8;
    int frames = variant.scaled(2_000);
    int frameBytes = 100;
    try (Pair pair = pair()) {
      Received received = new Received();
      pair.far.onData(received);
      pair.read(pair.far);
      pair.read(pair.near);
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
                    send(pair.near, frame.array(), frameBytes);
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
  void whatAFlushCouldNotSendThePollingThreadSends() throws Exception {
    try (Pair pair = pair(options().withOutboundLimitBytes(8 << 20))) {
      byte[] sent = noise(4_000_000, 8);
      Received received = new Received();
      pair.far.onData(received);
      pair.read(pair.near);
      assertTrue(pair.near.write(ByteBuffer.wrap(sent)));
      pair.near.flush();
      pair.read(pair.far);
      assertArrayEquals(sent, received.await(sent.length));
    }
  }

  @Test
  void aThrowingListenerStopsNeitherTheTransportNorTheOthers() throws Exception {
    try (Pair pair = pair()) {
      Received received = new Received();
      pair.far.onData(
          data -> {
            data.get();
            throw new IllegalStateException("a listener that throws, on purpose");
          });
      pair.far.onData(received);
      pair.read(pair.near);
      pair.read(pair.far);
      send(pair.near, new byte[] {1, 2, 3}, 3);
      assertArrayEquals(new byte[] {1, 2, 3}, received.await(3));
      assertEquals(TransportState.CONNECTED, pair.far.state());
    }
  }

  @Test
  void anEndedSubscriptionGetsNothingMore() throws Exception {
    try (Pair pair = pair()) {
      Received first = new Received();
      Received second = new Received();
      Subscription subscription = pair.far.onData(first);
      pair.far.onData(second);
      pair.read(pair.near);
      pair.read(pair.far);
      send(pair.near, new byte[] {1}, 1);
      second.await(1);
      subscription.close();
      subscription.close();
      send(pair.near, new byte[] {2}, 1);
      second.await(2);
      assertArrayEquals(new byte[] {1}, first.bytes());
    }
  }

  @Test
  void anInterruptedThreadNeitherClosesTheTransportNorLosesBytes() throws Exception {
    try (Pair pair = pair()) {
      Received received = new Received();
      pair.far.onData(received);
      Thread.currentThread().interrupt();
      byte[] sent = noise(2_000, 6);
      assertTrue(pair.near.write(ByteBuffer.wrap(sent)));
      pair.near.flush();
      pair.far.await(Long.MAX_VALUE);
      while (received.size() < sent.length) {
        assertTrue(pair.near.poll() >= 0);
        assertTrue(pair.far.poll() >= 0);
      }
      assertTrue(Thread.interrupted());
      assertArrayEquals(sent, received.bytes());
      assertEquals(TransportState.CONNECTED, pair.near.state());
      assertEquals(TransportState.CONNECTED, pair.far.state());
    }
  }

  @Test
  void aRainOfInterruptsNeitherClosesTheTransportNorLosesBytes() throws Exception {
    try (Pair pair = pair()) {
      byte[] sent = noise(4_000_000, 7);
      Received received = new Received();
      pair.far.onData(received);
      TestThread sender = run(() -> send(pair.near, sent, 10_007));
      AtomicBoolean done = new AtomicBoolean();
      TestThread poller =
          run(
              () -> {
                while (received.size() < sent.length) {
                  pair.far.await(Long.MAX_VALUE);
                  Thread.interrupted();
                  assertTrue(pair.far.poll() >= 0);
                }
                done.set(true);
              });
      TestThread helper =
          run(
              () -> {
                while (!done.get()) {
                  pair.near.await(1_000_000);
                  Thread.interrupted();
                  assertTrue(pair.near.poll() >= 0);
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
  void wakeupEndsThePresentOrTheNextAwait() throws Exception {
    try (Pair pair = pair()) {
      pair.near.wakeup();
      pair.near.await(Long.MAX_VALUE);
      TestThread waiter = run(() -> pair.near.await(Long.MAX_VALUE));
      Eventually.isTrue(() -> isInside(waiter, "await"));
      pair.near.wakeup();
      waiter.finish();
      assertEquals(0, pair.near.poll());
    }
  }
}
