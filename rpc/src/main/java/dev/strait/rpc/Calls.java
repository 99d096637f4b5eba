package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Metadata;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a connection: opened, accepted, sent and ended. Each step that decides about a
 * stream is one locked step, so that nobody decides about it twice.
 *
 * <p>Thread-safe. {@code lock} is the connection's lock.
 */
final class Calls {
  private final Connection connection;
  private final ReentrantLock lock;

  @GuardedBy("lock")
  private final Streams streams;

  private final FrameWriter writer;

  Calls(Connection connection, ReentrantLock lock, Streams streams, FrameWriter writer) {
    this.connection = connection;
    this.lock = lock;
    this.streams = streams;
    this.writer = writer;
  }

  boolean areOpen() {
    lock.lock();
    try {
      return !streams.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Counts up with each call that either side opens. */
  long openedSoFar() {
    lock.lock();
    try {
      return streams.openedSoFar();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether calls of this side can begin.
   *
   * @param callingBack on a connection that goes away too, while calls of the peer go on
   */
  boolean mayOpen(boolean callingBack) {
    lock.lock();
    try {
      return streams.mayOpen(callingBack);
    } finally {
      lock.unlock();
    }
  }

  // Of this side.

  /** Takes a call on and sends it, or ends it; false if no new calls can begin here. */
  boolean submit(ClientStream stream) {
    if (!mayOpen(stream.call().callsBack())) {
      endIfUsedUp();
      return false;
    }
    try {
      stream.prepare(connection);
    } catch (StreamException e) {
      stream.failed(e);
      return true;
    }
    send(stream);
    return true;
  }

  /** A connection without an id left for new calls ends with its last one. */
  private void endIfUsedUp() {
    boolean usedUp;
    lock.lock();
    try {
      usedUp = streams.isUsedUp();
    } finally {
      lock.unlock();
    }
    if (usedUp) {
      connection.end().drain(GoAwayReason.MAX_AGE, "all ids of streams are used");
    }
  }

  /** Sends what {@code stream} has to send, as far as credit and room allow. */
  void send(Stream stream) {
    writer.send(stream);
  }

  /** Ends a stream from this side; the peer is told if it knows of it. */
  void cancel(Stream stream, CancelCode code, String text) {
    // First, so that it cannot be opened any more and its id does not change.
    stream.reset();
    boolean openable;
    lock.lock();
    try {
      int id = stream.id();
      if (streams.get(id) == stream) {
        writer.write(out -> Frames.cancel(out, id, code, text));
        streams.forget(stream);
      } else {
        streams.stopWaiting(stream);
        writer.queue().remove(stream);
      }
      openable = streams.hasOpenable();
    } finally {
      lock.unlock();
    }
    writer.flush();
    afterForget(openable);
  }

  // Of the peer. Called by the reading role only.

  /** Checks the id of a stream that the peer opens. */
  void checkNextPeerId(int streamId) throws WireException {
    lock.lock();
    try {
      streams.checkPeerId(streamId);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The peer opens a call.
   *
   * @throws StreamException if it is refused
   */
  ServerStream accept(
      int streamId, String method, Metadata metadata, long timeoutNanos, boolean oneWay)
      throws StreamException {
    ServerStream stream;
    lock.lock();
    try {
      if (!streams.drain().mayAccept()) {
        throw new StreamException(
            CancelCode.NOT_PROCESSED, connection.name() + " is shutting down");
      }
      int max = connection.limits().maxStreams();
      if (streams.openedByPeer() >= max) {
        throw StreamException.noRoom("over the limit of " + max + " open calls on one connection");
      }
      stream = connection.incoming().accept(method, metadata, timeoutNanos, oneWay);
      streams.accept(streamId, stream);
    } finally {
      lock.unlock();
    }
    stream.begin();
    return stream;
  }

  /** The open stream with this id; null if it is closed. */
  @Nullable Stream openOrClosed(int streamId) throws WireException {
    lock.lock();
    try {
      return streams.openOrClosed(streamId);
    } finally {
      lock.unlock();
    }
  }

  /** Drops a stream that the peer has closed. */
  void forget(Stream stream) {
    boolean openable;
    lock.lock();
    try {
      streams.forget(stream);
      openable = streams.hasOpenable();
    } finally {
      lock.unlock();
    }
    afterForget(openable);
  }

  /** The peer is at fault on one stream, which ends. */
  void fail(int streamId, StreamException fault) throws WireException {
    Stream stream = openOrClosed(streamId);
    if (stream != null) {
      cancel(stream, fault.code(), fault.text());
      stream.failed(fault);
    } else {
      writer.send(out -> Frames.cancel(out, streamId, fault.code(), fault.text()));
    }
  }

  /**
   * The peer raised the credit of a stream, or with 0 of the connection.
   *
   * @return false if an open stream, or the connection, had that credit before
   */
  boolean raiseCredit(int streamId, long limit) throws WireException {
    boolean raised;
    lock.lock();
    try {
      if (streamId == 0) {
        raised = streams.credit().raise(limit);
        if (raised) {
          streams.all().forEach(writer.queue()::add);
        }
      } else {
        Stream stream = streams.openOrClosed(streamId);
        raised = stream == null || stream.raiseCredit(limit);
        if (stream != null && raised) {
          writer.queue().add(stream);
        }
      }
    } finally {
      lock.unlock();
    }
    writer.sendWaiting();
    return raised;
  }

  /** A place is free: for a call that waits for one, or for the end of the connection. */
  private void afterForget(boolean openable) {
    if (openable) {
      writer.sendWaiting();
    }
    connection.end().closeIfDrained();
  }
}
