package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The outbound bytes of one open link: many threads add, one at a time sends for all.
 *
 * <p>Bytes go into pooled chunks under a short lock. Sending is a role, taken and given back under
 * the same lock; the system calls are made with the role but without the lock. The role's thread
 * owns {@link #sending}; nobody adds to that chunk any more.
 *
 * <p><b>No flush is lost.</b> A flush that finds the role taken returns and relies on its holder.
 * The bytes it is about were added under the lock before it looked, and the holder gives the role
 * back in the same locked step in which it finds nothing left (or marks the rest as left over and
 * wakes the polling thread). So either the holder still sees the bytes, or the flush sees the role
 * free.
 *
 * <p>Thread-safe. Hot path: a small write and its flush take the lock three times and allocate
 * nothing; the byte rung of the benchmarks guards it.
 */
final class OutboundBuffer {
  /** After so many bytes a thread has done its share for the others. */
  static final int SHARE_BYTES = 256 * 1024;

  /**
   * A given buffer with less in it would cost a system call of its own, and pin much for little.
   */
  static final int COPIED_BYTES = 16 * 1024;

  private final Link link;
  private final int limitBytes;
  private final BufferPool pool;
  private final Runnable onWritable;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final ArrayDeque<ByteBuffer> filling = new ArrayDeque<>();

  @GuardedBy("lock")
  private final ArrayDeque<ByteBuffer> reserved = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean draining; // the role is taken

  @GuardedBy("lock")
  private boolean full; // the link took no more, only the poller tries again

  @GuardedBy("lock")
  private boolean wasHalfFull;

  @GuardedBy("lock")
  private @Nullable IOException refusal; // why no more is taken

  @GuardedBy("lock")
  private @Nullable IOException failure; // why no more is sent

  private volatile long queued; // written under lock
  private volatile boolean leftOver; // written under lock: for the poller to send; role is free

  private @Nullable ByteBuffer sending; // owned by the role; with the role free, guarded by lock

  /** {@code onWritable} must not throw. */
  OutboundBuffer(Link link, int limitBytes, BufferPool pool, Runnable onWritable) {
    this.link = link;
    this.limitBytes = limitBytes;
    this.pool = pool;
    this.onWritable = onWritable;
  }

  Link link() {
    return link;
  }

  boolean isWritable() {
    return queued < limitBytes / 2;
  }

  /** Whether the polling thread should wait for room in the link. */
  boolean hasLeftOver() {
    return leftOver;
  }

  boolean isEmpty() {
    return queued == 0;
  }

  long queuedBytes() {
    return queued;
  }

  /** Takes all of {@code data} or, at the limit, nothing. */
  boolean write(ByteBuffer data) throws IOException {
    synchronized (lock) {
      if (refusal != null) {
        throw refused(refusal);
      }
      if (queued >= limitBytes) {
        return false;
      }
      int n = data.remaining();
      append(data);
      queued += n;
      if (queued >= limitBytes / 2) {
        wasHalfFull = true;
      }
      return true;
    }
  }

  /**
   * Takes a buffer of the pool with all that was written to it or, at the limit, nothing. What is
   * worth it goes out as it is; less is copied behind what is there, and the buffer released.
   */
  boolean give(ByteBuffer lent) throws IOException {
    boolean copied;
    synchronized (lock) {
      if (refusal != null) {
        throw refused(refusal);
      }
      if (queued >= limitBytes) {
        return false;
      }
      int n = lent.position();
      copied = n < COPIED_BYTES;
      if (copied) {
        append(lent.flip());
      } else {
        filling.add(lent);
      }
      queued += n;
      if (queued >= limitBytes / 2) {
        wasHalfFull = true;
      }
    }
    if (copied) {
      pool.release(lent);
    }
    return true;
  }

  @GuardedBy("lock")
  private void append(ByteBuffer data) {
    ByteBuffer tail = filling.peekLast();
    if (tail == null || tail.remaining() < data.remaining()) {
      reserve(data.remaining() - (tail == null ? 0 : tail.remaining()));
    }
    while (data.hasRemaining()) {
      if (tail == null || !tail.hasRemaining()) {
        tail = reserved.remove();
        filling.add(tail);
      }
      int end = data.limit();
      if (data.remaining() > tail.remaining()) {
        data.limit(data.position() + tail.remaining());
      }
      tail.put(data);
      data.limit(end);
    }
  }

  /** All chunks first: when memory runs out, nothing has been taken yet. */
  @GuardedBy("lock")
  private void reserve(int bytes) {
    try {
      for (int missing = bytes; missing > 0; missing -= BufferPool.BUFFER_BYTES) {
        reserved.add(pool.acquire());
      }
    } catch (Throwable e) {
      releaseAll(reserved);
      throw e;
    }
  }

  /** Sends, unless another thread does already or the link is full. */
  void flush() throws IOException {
    ByteBuffer first;
    synchronized (lock) {
      if (failure != null) {
        throw refused(failure);
      }
      if (draining || full || queued == 0) {
        return;
      }
      first = takeRole();
    }
    drain(first, true);
  }

  /**
   * Sends what flushes left over. A failure is kept for the writers: what the peer sent before it
   * went away can still be read.
   *
   * @param wakePoller false on the polling thread itself, which would otherwise never sleep
   */
  void sendLeftOver(boolean wakePoller) {
    if (!leftOver) {
      return;
    }
    ByteBuffer first;
    synchronized (lock) {
      if (draining || !leftOver || failure != null) {
        return;
      }
      first = takeRole();
    }
    try {
      drain(first, wakePoller);
    } catch (IOException e) {
      // Kept.
    }
  }

  @GuardedBy("lock")
  private ByteBuffer takeRole() {
    draining = true;
    full = false;
    leftOver = false;
    if (sending == null) {
      sending = filling.remove().flip();
    }
    return sending;
  }

  private void drain(ByteBuffer first, boolean wakePoller) throws IOException {
    ByteBuffer chunk = first;
    int share = SHARE_BYTES;
    while (chunk != null) {
      int sent;
      try {
        sent = link.write(chunk);
      } catch (IOException | RuntimeException | Error e) {
        throw failed(e);
      }
      share -= sent;
      chunk = next(sent, share > 0, wakePoller);
    }
  }

  /** Books what was sent. Gives the next chunk, or gives the role back and returns null. */
  private @Nullable ByteBuffer next(int sent, boolean mayGoOn, boolean wakePoller) {
    ByteBuffer emptied = null;
    ByteBuffer next = null;
    boolean becameWritable = false;
    boolean handOver = false;
    synchronized (lock) {
      if (failure != null) {
        draining = false;
        dropChunks();
        return null;
      }
      queued -= sent;
      if (wasHalfFull && queued < limitBytes / 2) {
        wasHalfFull = false;
        becameWritable = true;
      }
      boolean linkFull = sending != null && sending.hasRemaining();
      if (!linkFull) {
        emptied = sending;
        ByteBuffer following = filling.poll();
        sending = following == null ? null : following.flip();
      }
      if (sending == null) {
        draining = false;
      } else if (linkFull || !mayGoOn) {
        draining = false;
        full = linkFull;
        leftOver = true;
        handOver = wakePoller;
      } else {
        next = sending;
      }
    }
    if (emptied != null) {
      pool.release(emptied);
    }
    if (handOver) {
      link.wakeup();
    }
    if (becameWritable) {
      onWritable.run();
    }
    return next;
  }

  private IOException failed(Throwable cause) {
    IOException reason =
        cause instanceof IOException e ? e : new IOException(cause.toString(), cause);
    synchronized (lock) {
      draining = false;
      end(reason);
      reason = failure == null ? reason : failure;
    }
    link.wakeup();
    return refused(reason);
  }

  /** Takes no more; what was taken is still sent. */
  void refuseWrites(IOException reason) {
    synchronized (lock) {
      if (refusal == null) {
        refusal = reason;
      }
    }
  }

  /** Takes and sends no more, and drops what is left. Whoever has the role drops its own chunk. */
  void close(IOException reason) {
    synchronized (lock) {
      end(reason);
    }
  }

  @GuardedBy("lock")
  private void end(IOException reason) {
    refusal = failure == null ? reason : failure;
    failure = refusal;
    dropChunks();
  }

  @GuardedBy("lock")
  private void dropChunks() {
    releaseAll(filling);
    queued = 0;
    leftOver = false;
    if (!draining && sending != null) {
      pool.release(sending);
      sending = null;
    }
  }

  private void releaseAll(ArrayDeque<ByteBuffer> chunks) {
    for (ByteBuffer chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
      pool.release(chunk);
    }
  }

  private static IOException refused(IOException reason) {
    return new IOException("no more bytes are taken: " + reason.getMessage(), reason);
  }
}
