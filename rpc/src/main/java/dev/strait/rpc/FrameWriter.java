package dev.strait.rpc;

import dev.strait.transport.BufferPool;
import dev.strait.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Puts frames in the transport's outbound buffer, in an order that the lock decides, and flushes
 * them without it. Frames of the connection go at once; those of streams take turns in the {@link
 * SendQueue}.
 *
 * <p>Thread-safe. {@code lock} is the connection's lock.
 */
final class FrameWriter {
  private final ReentrantLock lock;
  private final Transport transport;
  private final Reading reading;
  private final SendQueue queue;

  /** Used by the reading role only: something was written while decoding. */
  private boolean flushDue;

  private volatile boolean failed;

  FrameWriter(ReentrantLock lock, Transport transport, Reading reading, Streams streams) {
    this.lock = lock;
    this.transport = transport;
    this.reading = reading;
    this.queue = new SendQueue(streams, transport);
  }

  /** The streams that wait for their turn. Guarded by the lock. */
  SendQueue queue() {
    return queue;
  }

  /** Sends what {@code stream} has to send, as far as credit and room allow. */
  void send(Stream stream) {
    lock.lock();
    try {
      queue.add(stream);
    } finally {
      lock.unlock();
    }
    sendWaiting();
  }

  /** Sends what the waiting streams have to send, as far as credit and room allow. */
  void sendWaiting() {
    boolean any;
    List<Stream> owed;
    lock.lock();
    try {
      any = queue.drain();
      owed = queue.takeOwed();
    } finally {
      lock.unlock();
    }
    if (any) {
      flush();
    }
    for (Stream stream : owed) {
      stream.afterSend();
    }
  }

  /** Writes a frame that needs no credit and flushes. */
  void send(Consumer<ByteBuffer> frame) {
    write(frame);
    flush();
  }

  /** Writes a frame that needs no credit. */
  void write(Consumer<ByteBuffer> frame) {
    ByteBuffer out = BufferPool.shared().acquire();
    lock.lock();
    try {
      frame.accept(out);
      if (!transport.write(out.flip())) {
        transport.close(
            new IOException(
                "the peer of "
                    + transport.address()
                    + " does not read: the outbound buffer is full of replies to it"));
      }
    } catch (IOException gone) {
      fail();
    } finally {
      lock.unlock();
      BufferPool.shared().release(out);
    }
  }

  /** Flushes, or after decoding if this is the thread that decodes. */
  void flush() {
    if (reading.role().isHeldByCurrentThread()) {
      flushDue = true;
      return;
    }
    flushNow();
  }

  private void flushNow() {
    try {
      transport.flush();
    } catch (IOException gone) {
      fail();
    }
  }

  /** What the peer sent before it went away can still be read; the reader ends after that. */
  private void fail() {
    failed = true;
    reading.wakeReader();
  }

  /** Whether the peer takes no more bytes. */
  boolean hasFailed() {
    return failed;
  }

  /** Flushes what was written while decoding. Called by the reading role only. */
  void flushIfDue() {
    if (flushDue) {
      flushDue = false;
      flushNow();
    }
  }
}
