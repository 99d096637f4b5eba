package dev.strait.rpc;

import dev.strait.transport.BufferPool;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private volatile boolean overfull;

  FrameWriter(ReentrantLock lock, Transport transport, Reading reading, Streams streams) {
    this.lock = lock;
    this.transport = transport;
    this.reading = reading;
    this.queue = new SendQueue(reading.connection(), streams, transport, this::fail);
  }

  /** The streams that wait for their turn. Guarded by the lock. */
  SendQueue queue() {
    return queue;
  }

  /** Sends what {@code stream} has to send, as far as credit and room allow. */
  void send(Stream stream) {
    drain(stream);
  }

  /** Sends what the waiting streams have to send, as far as credit and room allow. */
  void sendWaiting() {
    drain(null);
  }

  /** Sends, and tells without the lock what that has led to. */
  private void drain(@Nullable Stream added) {
    boolean any;
    Stream owed;
    List<Stream> othersOwed;
    List<Stream> unsent;
    List<Stream> stranded;
    lock.lock();
    try {
      if (added != null) {
        queue.add(added);
      }
      any = queue.drain();
      if (added != null) {
        queue.strandUnlessItMayOpen(added);
      }
      owed = queue.takeOwed();
      othersOwed = queue.takeOthersOwed();
      unsent = queue.takeUnsent();
      stranded = queue.takeStranded();
    } finally {
      lock.unlock();
    }
    if (any) {
      flush();
    }
    if (owed != null) {
      owed.afterSend();
    }
    for (Stream stream : othersOwed) {
      stream.afterSend();
    }
    for (Stream stream : unsent) {
      reading.connection().end().lose(stream, true);
    }
    for (Stream stream : stranded) {
      reading.connection().end().lose(stream, false);
    }
  }

  /** Writes a frame that needs no credit and flushes. */
  void send(Consumer<ByteBuffer> frame) {
    write(frame);
    flush();
  }

  /** Writes a frame that needs no credit. May be called under the lock. */
  void write(Consumer<ByteBuffer> frame) {
    ByteBuffer out = BufferPool.shared().acquire();
    lock.lock();
    try {
      frame.accept(out);
      if (!transport.write(out.flip())) {
        // Replies that the peer asks for and does not read: the reader ends the connection.
        overfull = true;
        fail();
      }
    } catch (IOException gone) {
      fail();
    } finally {
      lock.unlock();
      BufferPool.shared().release(out);
    }
  }

  /** Why nothing more is sent. */
  String failure() {
    return overfull
        ? "the peer of "
            + transport.address()
            + " does not read: the outbound buffer is full of replies to it"
        : "the peer of " + transport.address() + " takes no more bytes";
  }

  /**
   * Flushes: while decoding, once that is done; in user code that a reader of this connection runs,
   * even one that was replaced, perhaps together with what that sends next; else at once.
   */
  void flush() {
    if (reading.role().isHeldByCurrentThread()) {
      flushDue = true;
      return;
    }
    Reader reader = Reader.runningUserCodeFor(reading);
    if (reader == null || !reader.combinesFlush()) {
      flushNow();
    }
  }

  /** Writes what is in the outbound buffer. */
  void flushNow() {
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

  /**
   * Whether no more can be sent. A transport that disconnects takes no more frames either, but
   * sends what it has, and then closes by itself.
   */
  boolean hasFailed() {
    return failed && transport.state() != TransportState.DRAINING;
  }

  /** Whether the connection is to end because the peer asks for more replies than it reads. */
  boolean isOverfull() {
    return overfull;
  }

  /** Flushes what was written while decoding. Called by the reading role only. */
  void flushIfDue() {
    if (flushDue) {
      flushDue = false;
      flushNow();
    }
  }
}
