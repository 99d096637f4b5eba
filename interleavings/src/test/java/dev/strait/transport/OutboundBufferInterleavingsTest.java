package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The combining writer: of the threads that write at once one sends for all, nothing is sent twice
 * or left behind, and what one thread wrote stays together and in order.
 */
final class OutboundBufferInterleavingsTest {
  @Test
  void whatTwoThreadsWriteIsAllSentAndEachStaysInOrder() {
    Interleavings.of(
        500,
        () -> {
          CountingLink link = new CountingLink(Integer.MAX_VALUE);
          OutboundBuffer out =
              new OutboundBuffer(link, 1 << 20, new BufferPool(false, 2), () -> {});
          Thread other = writer(out, 3, 4);
          write(out, 1);
          write(out, 2);
          Interleavings.join(other);

          assertTrue(out.isEmpty());
          assertEquals(4, link.sent.size());
          assertTrue(link.sent.indexOf((byte) 1) < link.sent.indexOf((byte) 2));
          assertTrue(link.sent.indexOf((byte) 3) < link.sent.indexOf((byte) 4));
        });
  }

  /** The link takes a byte at a time and is full then, so that the poller has the rest to send. */
  @Test
  void whatAFullLinkLeavesThePollerSends() {
    Interleavings.of(
        500,
        () -> {
          CountingLink link = new CountingLink(1);
          OutboundBuffer out =
              new OutboundBuffer(link, 1 << 20, new BufferPool(false, 2), () -> {});
          Thread poller =
              Interleavings.started(
                  () -> {
                    out.sendLeftOver(false);
                    out.sendLeftOver(false);
                  });
          write(out, 1);
          write(out, 2);
          Interleavings.join(poller);
          while (out.hasLeftOver()) {
            out.sendLeftOver(false);
          }

          assertTrue(out.isEmpty());
          assertEquals(List.of((byte) 1, (byte) 2), link.sent);
        });
  }

  /** Its buffers are given back once, and nobody hangs. */
  @Test
  void closingWhileAnotherSendsDropsTheRestOnce() {
    Interleavings.of(
        500,
        () -> {
          CountingLink link = new CountingLink(1);
          BufferPool pool = new BufferPool(false, 2);
          OutboundBuffer out = new OutboundBuffer(link, 1 << 20, pool, () -> {});
          Thread other = writer(out, 1, 2);
          out.close(new IOException("closed"));
          Interleavings.join(other);

          assertEquals(0, pool.outstanding());
          assertTrue(out.isEmpty());
        });
  }

  private static Thread writer(OutboundBuffer out, int... bytes) {
    return Interleavings.started(
        () -> {
          for (int b : bytes) {
            write(out, b);
          }
        });
  }

  private static void write(OutboundBuffer out, int b) {
    try {
      out.write(ByteBuffer.wrap(new byte[] {(byte) b}));
      out.flush();
    } catch (IOException e) {
      // Closed.
    }
  }

  /** Keeps what is written to it by one thread at a time, and takes so much in a row. */
  private static final class CountingLink implements Link {
    final List<Byte> sent = new ArrayList<>();
    private final int room;
    private int inside;

    CountingLink(int room) {
      this.room = room;
    }

    @Override
    public int write(ByteBuffer source) {
      int before = inside++;
      int n = Math.min(room, source.remaining());
      for (int i = 0; i < n; i++) {
        sent.add(source.get());
      }
      inside--;
      assertEquals(0, before, "two threads write at once");
      return n;
    }

    @Override
    public int read(ByteBuffer target) {
      return 0;
    }

    @Override
    public void await(boolean alsoWritable, long timeoutNanos) {}

    @Override
    public void wakeup() {}

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {}
  }
}
