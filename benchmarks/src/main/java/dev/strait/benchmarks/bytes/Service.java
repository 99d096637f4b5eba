package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the server does with the bytes it gets: the same for all contenders. */
enum Service {
  /** Sends them back. */
  ECHO {
    @Override
    Sink answering(Sink reply) {
      return reply;
    }
  },

  /** Counts them, and sends one byte for each {@link #COUNTED_BYTES}. */
  COUNT {
    @Override
    Sink answering(Sink reply) {
      return new Counter(reply);
    }
  };

  /** How many bytes are acknowledged at once: 16 MiB. */
  static final int COUNTED_BYTES = 16 << 20;

  /** What takes the bytes of a new connection. */
  abstract Sink answering(Sink reply);

  private static final class Counter implements Sink {
    private final Sink reply;
    private final ByteBuffer acknowledgement = ByteBuffer.allocateDirect(1);
    private long left = COUNTED_BYTES;

    Counter(Sink reply) {
      this.reply = reply;
    }

    @Override
    public void accept(ByteBuffer data) throws IOException {
      left -= data.remaining();
      data.position(data.limit());
      while (left <= 0) {
        left += COUNTED_BYTES;
        reply.accept(acknowledgement.clear());
      }
    }
  }
}
