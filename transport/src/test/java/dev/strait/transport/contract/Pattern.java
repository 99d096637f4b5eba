package dev.strait.transport.contract;

import dev.strait.transport.DataListener;
import dev.strait.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Far more bytes than fit in memory, of which each side knows what comes next. */
final class Pattern {
  /** A prime, so that no buffer of the way repeats in step with it. */
  private static final int PERIOD = 65_521;

  private final byte[] bytes = new byte[PERIOD];
  private final AtomicLong arrived = new AtomicLong();
  private final AtomicReference<String> wrong = new AtomicReference<>();

  Pattern(long seed) {
    new Random(seed).nextBytes(bytes);
  }

  void send(Transport transport, long count) throws IOException {
    for (long at = 0; at < count; ) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, 0, (int) Math.min(PERIOD, count - at));
      while (!transport.write(piece)) {
        transport.flush();
        Thread.yield();
      }
      transport.flush();
      at += piece.limit();
    }
  }

  DataListener expected() {
    return data -> {
      long at = arrived.get();
      while (data.hasRemaining()) {
        int from = (int) (at % PERIOD);
        int n = Math.min(data.remaining(), PERIOD - from);
        ByteBuffer piece = data.slice(data.position(), n);
        if (!piece.equals(ByteBuffer.wrap(bytes, from, n))) {
          wrong.compareAndSet(null, "wrong bytes between " + at + " and " + (at + n));
        }
        data.position(data.position() + n);
        at += n;
      }
      arrived.set(at);
    };
  }

  void await(long count) {
    while (arrived.get() < count && wrong.get() == null) {
      LockSupport.parkNanos(1_000_000);
    }
    if (wrong.get() != null || arrived.get() != count) {
      throw new AssertionError(wrong.get() + ", " + arrived + " of " + count + " bytes came");
    }
  }
}
