package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A bounded queue of bytes between a writing and a reading thread. Nothing blocks: who has to wait
 * does so at its {@link Signal}. It doubles once as much as it holds was read from it, so a peer
 * that is not read, or is turned out after its first bytes, fills no more than {@link
 * #FIRST_BYTES}. Thread-safe.
 */
final class ByteRing {
  /** More than a handshake needs. */
  static final int FIRST_BYTES = 2 * 1024;

  private static final byte[] NONE = {};

  private final int most;
  private final Signal arrived;
  private final Signal freed;

  @GuardedBy("this")
  private byte[] bytes = NONE; // made by the first write: who is never let in costs nothing

  @GuardedBy("this")
  private int head;

  @GuardedBy("this")
  private int count;

  /** In all; up to {@link #most}. */
  @GuardedBy("this")
  private int wasRead;

  @GuardedBy("this")
  private boolean writerWaits;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private boolean abandoned;

  @GuardedBy("this")
  private boolean endTold;

  /**
   * @param most how many bytes it holds once it is in use
   * @param arrived raised when there is something to read, and at the end
   * @param freed raised when there is room again after a write did not fit
   */
  ByteRing(int most, Signal arrived, Signal freed) {
    this.most = most;
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
      makeRoom(source.remaining());
      n = Math.min(source.remaining(), bytes.length - count);
      if (n > 0) {
        copyIn(source, n);
      }
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
      copyOut(target, n);
      head = (head + n) % bytes.length;
      count -= n;
      wasRead = Math.min(most, wasRead + n);
      forgetIfUseless();
      wakeWriter = writerWaits;
      writerWaits = false;
    }
    if (wakeWriter) {
      freed.raise();
    }
    return n;
  }

  @GuardedBy("this")
  private void copyIn(ByteBuffer source, int n) {
    int tail = (head + count) % bytes.length;
    int first = Math.min(n, bytes.length - tail);
    source.get(bytes, tail, first);
    source.get(bytes, 0, n - first);
    count += n;
  }

  @GuardedBy("this")
  private void copyOut(ByteBuffer target, int n) {
    int first = Math.min(n, bytes.length - head);
    target.put(bytes, head, first);
    target.put(bytes, 0, n - first);
  }

  /** For {@code more} bytes, as far as the ring may grow by now. */
  @GuardedBy("this")
  private void makeRoom(int more) {
    if (more > bytes.length - count && capacity() > bytes.length) {
      ByteBuffer larger = ByteBuffer.allocate(capacity());
      copyOut(larger, count);
      bytes = larger.array();
      head = 0;
    }
  }

  /** How much the ring may hold by now. */
  @GuardedBy("this")
  private int capacity() {
    int size = Math.max(bytes.length, Math.min(most, FIRST_BYTES));
    while (wasRead >= size && size < most) {
      size = Math.min(most, 2 * size);
    }
    return size;
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
    boolean room = count < capacity() || abandoned;
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
