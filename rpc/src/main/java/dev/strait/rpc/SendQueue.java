package dev.strait.rpc;

import dev.strait.transport.BufferPool;
import dev.strait.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection that have something to send, served in turn, a frame each, so that no
 * stream waits long behind another's large message. Guarded by the connection's lock.
 */
final class SendQueue {
  /** So large a frame goes out in the buffer in which it was encoded. */
  private static final int GIVEN_BYTES = 16 * 1024;

  private final Connection connection;
  private final Streams streams;
  private final Transport transport;
  private final Runnable onFailure;
  private final Queue<Stream> waiting = new ArrayDeque<>();

  /** Where frames are encoded; lent for as long as {@link #drain} runs. */
  private ByteBuffer out = ByteBuffer.allocate(0);

  // One stream, as after the answer of a unary call, takes no list.
  private @Nullable Stream owed;
  private List<Stream> othersOwed = List.of();
  private List<Stream> unsent = new ArrayList<>();
  private List<Stream> stranded = new ArrayList<>();

  /**
   * @param onFailure run when the transport takes no more, under the lock
   */
  SendQueue(Connection connection, Streams streams, Transport transport, Runnable onFailure) {
    this.connection = connection;
    this.streams = streams;
    this.transport = transport;
    this.onFailure = onFailure;
  }

  void add(Stream stream) {
    // One that is made again is another connection's, whoever still wants to send it here.
    if (!stream.inSendQueue && stream.connection() == connection) {
      stream.inSendQueue = true;
      waiting.add(stream);
    }
  }

  void remove(Stream stream) {
    if (stream.inSendQueue) {
      stream.inSendQueue = false;
      waiting.remove(stream);
    }
  }

  /** A stream that is not open here, and never will be, waits no more. */
  void strandUnlessItMayOpen(Stream stream) {
    if (stream.id() == 0
        && stream instanceof ClientStream client
        && !streams.mayOpen(client.call().callsBack())) {
      remove(stream);
      if (!stranded.contains(stream)) {
        stranded.add(stream);
      }
    }
  }

  /**
   * Moves frames into the transport's outbound buffer, while that has room.
   *
   * @return whether any were moved; a flush is then due
   */
  boolean drain() {
    Stream next = transport.isWritable() ? next() : null;
    if (next == null) {
      return false;
    }
    boolean any = false;
    out = BufferPool.shared().acquire();
    try {
      for (; next != null; next = transport.isWritable() ? next() : null) {
        any |= sendOneFrame(next);
      }
      return any;
    } catch (IOException gone) {
      // Whoever polls the transport learns that too, and ends the streams that are still open.
      onFailure.run();
      return false;
    } finally {
      BufferPool.shared().release(out);
    }
  }

  /** The next stream: one that has something to send, else one that waits to be opened. */
  private @Nullable Stream next() {
    Stream next = waiting.poll();
    if (next != null) {
      next.inSendQueue = false;
      return next;
    }
    return streams.takeOpenable();
  }

  private boolean sendOneFrame(Stream stream) throws IOException {
    out.clear();
    if (!stream.encodeNext(out, streams)) {
      strandUnlessItMayOpen(stream);
      return false;
    }
    try {
      pass();
    } catch (IOException gone) {
      // An open one is told by the reader: the peer may have said that it did not process it.
      if (streams.get(stream.id()) != stream) {
        unsent.add(stream);
      }
      throw gone;
    }
    add(stream);
    if (stream.owesCallback()) {
      owe(stream);
    }
    return true;
  }

  /** Copies a small frame to the transport, and gives it the buffer of a large one. */
  private void pass() throws IOException {
    if (out.position() < GIVEN_BYTES) {
      transport.write(out.flip());
      return;
    }
    ByteBuffer next = BufferPool.shared().acquire();
    boolean given = false;
    try {
      given = transport.give(out);
    } finally {
      if (given) {
        out = next;
      } else {
        BufferPool.shared().release(next);
      }
    }
  }

  /** The streams that wait to be opened, which then wait no more. */
  List<Stream> takeUnopened() {
    List<Stream> unopened = new ArrayList<>();
    waiting.removeIf(stream -> stream.id() == 0 && unopened.add(stream));
    unopened.forEach(stream -> stream.inSendQueue = false);
    return unopened;
  }

  private void owe(Stream stream) {
    if (owed == null) {
      owed = stream;
      return;
    }
    if (othersOwed.isEmpty()) {
      othersOwed = new ArrayList<>();
    }
    othersOwed.add(stream);
  }

  /** A stream whose {@link Stream#afterSend} is due, to be called without the lock. */
  @Nullable Stream takeOwed() {
    Stream taken = owed;
    owed = null;
    return taken;
  }

  /** The other such streams. */
  List<Stream> takeOthersOwed() {
    List<Stream> taken = othersOwed;
    othersOwed = List.of();
    return taken;
  }

  /** The closed streams whose last frame was not taken, to be told without the lock. */
  List<Stream> takeUnsent() {
    if (unsent.isEmpty()) {
      return List.of();
    }
    List<Stream> taken = unsent;
    unsent = new ArrayList<>();
    return taken;
  }

  /** The streams that can no longer be opened here, to be told without the lock. */
  List<Stream> takeStranded() {
    if (stranded.isEmpty()) {
      return List.of();
    }
    List<Stream> taken = stranded;
    stranded = new ArrayList<>();
    return taken;
  }
}
