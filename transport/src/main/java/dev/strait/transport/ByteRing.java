package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A bounded queue of bytes between a writing and a reading thread. Nothing blocks: who has to wait
 * does so at its {@link Signal}. Thread-safe.
 */
final class ByteRing {
  private static final byte[] NONE = {};

  private final int capacity;
  private final Signal arrived;
  private final Signal freed;

  @GuardedBy("this")
  private byte[] bytes = NONE; // made by the first write: who is never let in costs nothing

  @GuardedBy("this")
  private int head;

  @GuardedBy("this")
  private int count;

  @GuardedBy("this")
  private boolean writerWaits;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private boolean abandoned;

  @GuardedBy("this")
  private boolean endTold;

  /**
   * @param arrived raised when there is something to read, and at the end
   * @param freed raised when there is room again after a write did not fit
   */
  ByteRing(int capacity, Signal arrived, Signal freed) {
    this.capacity = capacity;
    this.arrived = arrived;
    this.freed = freed;
  }

  /** Puts in what fits. */
  int write(ByteBuffer source) throws IOException {
    int n;
    synchronized (this) {
      if (abandoned) {
        throw new IOException("broken pipe: the other side is closed");
      }
      if (ended) {
        throw new IOException("the output was shut down");
      }
      if (bytes == NONE) {
        bytes = new byte[capacity];
      }
      n = Math.min(source.remaining(), capacity - count);
      int tail = (head + count) % capacity;
      int first = Math.min(n, capacity - tail);
      source.get(bytes, tail, first);
      source.get(bytes, 0, n - first);
      count += n;
      writerWaits = source.hasRemaining();
    }
    if (n > 0) {
      arrived.raise();
    }
    return n;
  }

  /** Takes out what fits: 0 for none now, -1 at the end. */
  int read(ByteBuffer target) {
    int n;
    boolean wakeWriter;
    synchronized (this) {
      if (count == 0) {
        endTold = ended || abandoned;
        return endTold ? -1 : 0;
      }
      n = Math.min(target.remaining(), count);
      int first = Math.min(n, capacity - head);
      target.put(bytes, head, first);
      target.put(bytes, 0, n - first);
      head = (head + n) % capacity;
      count -= n;
      forgetIfUseless();
      wakeWriter = writerWaits;
      writerWaits = false;
    }
    if (wakeWriter) {
      freed.raise();
    }
    return n;
  }

  /** A link that is over, and that somebody still knows, keeps no memory. */
  @GuardedBy("this")
  private void forgetIfUseless() {
    if (count == 0 && (ended || abandoned)) {
      bytes = NONE;
    }
  }

  /**
   * Whether a read has something to tell: bytes, or the end, once. The signal of an end that comes
   * with the last bytes may be spent on these.
   */
  synchronized boolean hasBytes() {
    return count > 0 || ((ended || abandoned) && !endTold);
  }

  /**
   * Whether there is room now; if not, the next read signals it, as after a write that did not fit.
   */
  synchronized boolean hasRoomOrSignalsIt() {
    boolean room = count < capacity || abandoned;
    writerWaits |= !room;
    return room;
  }

  synchronized boolean isEmpty() {
    return count == 0;
  }

  /** The writer is done; the reader still gets what is inside. */
  void end() {
    synchronized (this) {
      ended = true;
      forgetIfUseless();
    }
    arrived.raise();
  }

  /** The reader is gone: what is inside is dropped, and writes fail. */
  void abandon() {
    synchronized (this) {
      abandoned = true;
      count = 0;
      forgetIfUseless();
    }
    freed.raise();
    arrived.raise();
  }
}
