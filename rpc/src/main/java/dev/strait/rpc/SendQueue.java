package dev.strait.rpc;

import dev.strait.transport.BufferPool;
import dev.strait.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * The streams of a connection that have something to send, served in turn, a frame each, so that no
 * stream waits long behind another's large message. Guarded by the connection's lock.
 */
final class SendQueue {
  private final Streams streams;
  private final Transport transport;
  private final Queue<Stream> waiting = new ArrayDeque<>();
  private List<Stream> owed = new ArrayList<>();

  SendQueue(Streams streams, Transport transport) {
    this.streams = streams;
    this.transport = transport;
  }

  void add(Stream stream) {
    if (!stream.inSendQueue) {
      stream.inSendQueue = true;
      waiting.add(stream);
    }
  }

  /**
   * Moves frames into the transport's outbound buffer, while that has room.
   *
   * @return whether any were moved; a flush is then due
   */
  boolean drain() {
    if (waiting.isEmpty() || !transport.isWritable()) {
      return false;
    }
    boolean any = false;
    ByteBuffer out = BufferPool.shared().acquire();
    try {
      while (!waiting.isEmpty() && transport.isWritable()) {
        any |= sendOneFrame(waiting.remove(), out);
      }
    } catch (IOException gone) {
      // The transport has ended; whoever polls it learns that too and fails every stream.
      return false;
    } finally {
      BufferPool.shared().release(out);
    }
    return any;
  }

  private boolean sendOneFrame(Stream stream, ByteBuffer out) throws IOException {
    stream.inSendQueue = false;
    out.clear();
    if (!stream.encodeNext(out, streams)) {
      return false;
    }
    transport.write(out.flip());
    add(stream);
    if (stream.owesCallback()) {
      owed.add(stream);
    }
    return true;
  }

  /** The streams that wait to be opened, which then wait no more. */
  List<Stream> takeUnopened() {
    List<Stream> unopened = new ArrayList<>();
    waiting.removeIf(stream -> stream.id() == 0 && unopened.add(stream));
    unopened.forEach(stream -> stream.inSendQueue = false);
    return unopened;
  }

  /** The streams whose {@link Stream#afterSend} is due, to be called without the lock. */
  List<Stream> takeOwed() {
    if (owed.isEmpty()) {
      return List.of();
    }
    List<Stream> taken = owed;
    owed = new ArrayList<>();
    return taken;
  }
}
