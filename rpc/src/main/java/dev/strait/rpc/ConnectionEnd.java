package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.transport.Transport;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How a connection ends: by draining (either side says GO_AWAY and the open calls go on), by a
 * fault that is told to the peer, or by the transport ending. The first reason wins and every
 * stream hears it once.
 *
 * <p>Thread-safe. {@code lock} is the connection's lock.
 */
final class ConnectionEnd {
  private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Long enough for a thread that is sending already, and for whoever reads what is sent. */
  private static final Duration SHORT_DISCONNECT_TIMEOUT = Duration.ofMillis(100);

  /** For so long a connection that cannot be written to is read. */
  private static final long READ_ON_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connection connection;
  private final Connection.Owner owner;
  private final Transport transport;
  private final ConnectionSettings settings;
  private final ReentrantLock lock;

  @GuardedBy("lock")
  private final Streams streams;

  private final Drain drain;

  private final FrameWriter writer;
  private final Reading reading;
  private final String name;

  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean goesAway; // written under lock
  private volatile @Nullable Status status;
  private @Nullable ScheduledFuture<?> lateEnd; // used by the reading role only

  ConnectionEnd(
      Connection connection,
      Connection.Owner owner,
      Transport transport,
      ConnectionSettings settings,
      ReentrantLock lock,
      Streams streams,
      FrameWriter writer,
      Reading reading) {
    this.connection = connection;
    this.owner = owner;
    this.transport = transport;
    this.settings = settings;
    this.lock = lock;
    this.streams = streams;
    this.drain = streams.drain();
    this.writer = writer;
    this.reading = reading;
    this.name = connection.name();
  }

  /** Whether the streams have been told. */
  boolean isOver() {
    return ended.get();
  }

  /** Whether nothing more is taken from the peer. */
  boolean hasBegun() {
    return goesAway || ended.get();
  }

  /**
   * The peer goes away. Called by the reading role only.
   *
   * @return false if it had said so before
   */
  boolean peerGoesAway(GoAwayReason reason, int lastStreamId, String text) {
    List<Stream> notProcessed;
    lock.lock();
    try {
      if (!drain.startTheirs()) {
        return false;
      }
      notProcessed = streams.takeNotProcessed(lastStreamId);
      notProcessed.forEach(writer.queue()::remove);
      notProcessed.addAll(writer.queue().takeUnopened());
    } finally {
      lock.unlock();
    }
    String said = Escape.text(text);
    connection.monitor().heardGoAway(connection, reason, said);
    status =
        Status.UNAVAILABLE.withDescription(
            name + " went away: " + reason + " (" + said + "), said by the peer");
    owner.draining(connection);
    for (Stream stream : notProcessed) {
      lose(stream, false);
    }
    closeIfDrained();
    return true;
  }

  /** Takes no new calls, lets the open ones end, and then closes. */
  void drain(GoAwayReason reason, String text) {
    List<Stream> unopened;
    lock.lock();
    try {
      if (!drain.startOurs() || streams.isClosed()) {
        return;
      }
      unopened = connection.hasSaidHello() ? announceDrain(reason, text) : null;
    } finally {
      lock.unlock();
    }
    if (unopened == null) {
      close(new IOException(name + " goes away: " + reason));
      return;
    }
    // Before the peer can answer it with the end.
    connection.monitor().saidGoAway(connection, reason, text);
    writer.flush();
    owner.draining(connection);
    for (Stream stream : unopened) {
      lose(stream, false);
    }
    closeIfDrained();
  }

  /** Returns the calls that are not opened any more. */
  @GuardedBy("lock")
  private List<Stream> announceDrain(GoAwayReason reason, String text) {
    int last = streams.lastAcceptedId();
    writer.write(out -> Frames.goAway(out, reason, last, text));
    List<Stream> unopened = writer.queue().takeUnopened();
    unopened.addAll(streams.takeWaiting());
    return unopened;
  }

  /** Ends a connection that goes away, when its last stream has ended. */
  void closeIfDrained() {
    if (!drain.begun()) {
      return;
    }
    lock.lock();
    try {
      if (!streams.isEmpty() || !drain.finish()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    disconnect(DISCONNECT_TIMEOUT);
  }

  /**
   * Tells the peer why, takes nothing more from it, and closes when that is sent. Hardly waits for
   * a peer that says nothing, nor when it was told to stop now.
   */
  void goAwayAndClose(GoAwayReason reason, String text) {
    IOException why =
        new IOException(name + " goes away: " + reason + " (" + text + "), said by this side");
    if (!sayGoAway(reason, text, why)) {
      return;
    }
    connection.monitor().saidGoAway(connection, reason, text);
    owner.draining(connection);
    boolean atOnce =
        reason == GoAwayReason.KEEPALIVE_TIMEOUT
            || reason == GoAwayReason.HANDSHAKE_TIMEOUT
            || reason == GoAwayReason.SHUTDOWN;
    try {
      transport.flush();
      if (!atOnce || transport.hasUnsent()) {
        disconnect(atOnce ? SHORT_DISCONNECT_TIMEOUT : DISCONNECT_TIMEOUT);
        return;
      }
    } catch (IOException gone) {
      // It ends all the same.
    }
    close(why);
  }

  private boolean sayGoAway(GoAwayReason reason, String text, IOException why) {
    lock.lock();
    try {
      if (goesAway) {
        return false;
      }
      goesAway = true;
      drain.startOurs();
      status = statusFor(why);
      int last = streams.lastAcceptedId();
      writer.write(out -> Frames.goAway(out, reason, last, text));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes when everything is sent, on a thread that may wait for that. */
  private void disconnect(Duration timeout) {
    try {
      Schedulers.threadPerTask("strait-disconnect " + name, settings.threads())
          .execute(
              () -> {
                transport.disconnect(timeout);
                reading.wakeReader();
              });
    } catch (RuntimeException | Error noThread) {
      // What is left is lost, and the connection is not.
      close(new IOException(name + " has no thread to send what is left", noThread));
    }
  }

  /**
   * Nothing more can be sent. The peer is gone, then its end is about to be read behind all that it
   * has sent; or it lives and only takes nothing, then this ends after a while. Called by the
   * reading role only.
   */
  void writingHasFailed(String why) {
    if (lateEnd == null) {
      lateEnd =
          settings
              .scheduler()
              .schedule(() -> close(new IOException(why)), READ_ON_NANOS, TimeUnit.NANOSECONDS);
      owner.draining(connection);
    }
  }

  /** Closes at once. The reading role then ends the streams. */
  void close(IOException reason) {
    transport.close(reason);
    reading.wakeReader();
  }

  /**
   * The transport has ended. Called by the reading role, by the first reader before that, or
   * instead of it.
   *
   * @return false if that was known
   */
  boolean transportEnded(Exception cause) {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    if (lateEnd != null) {
      lateEnd.cancel(false);
    }
    IOException first = transport.closeReason();
    Exception reason = first != null ? first : cause;
    transport.close(first != null ? first : new IOException(cause.getMessage(), cause));
    List<Stream> lost = new ArrayList<>();
    lock.lock();
    try {
      lost.addAll(streams.close());
      lost.addAll(writer.queue().takeUnopened());
    } finally {
      lock.unlock();
    }
    Status last = statusFor(reason);
    status = last;
    for (Stream stream : lost) {
      lose(stream, stream.id() != 0);
    }
    connection
        .monitor()
        .closed(
            connection,
            connection.hasHeardHello(),
            String.valueOf(last.getDescription()),
            (int) lost.stream().filter(stream -> stream.id() != 0).count());
    owner.closed(connection, last);
    return true;
  }

  /** A stream that the connection has forgotten ends, or starts over on another one. */
  void lose(Stream stream, boolean processed) {
    lose(stream, processed, status());
  }

  /**
   * A stream ends, or starts over. Whoever finds that out first decides: after that it is not this
   * connection's any more.
   *
   * @param processed whether the peer may have acted on the call
   */
  void lose(Stream stream, boolean processed, Status reason) {
    boolean again;
    lock.lock();
    try {
      boolean openedMeanwhile = !processed && streams.get(stream.id()) == stream;
      if (stream.connection() != connection || openedMeanwhile) {
        return;
      }
      streams.stopWaiting(stream);
      writer.queue().remove(stream);
      again = !processed && stream.detach();
    } finally {
      lock.unlock();
    }
    if (again) {
      reading.wakeCallerOf(stream);
      stream.makeAgain(reason);
    } else if (processed || !stream.state().isOver()) {
      stream.connectionLost(reason);
    }
    // Else another thread is just ending it for a reason of its own, and tells that.
  }

  /** Why calls end, or do not begin. */
  Status status() {
    Status why = status;
    return why == null ? Status.UNAVAILABLE.withDescription(name + " is going away") : why;
  }

  private Status statusFor(Exception reason) {
    Status said = status;
    if (said != null) {
      return said;
    }
    String message = String.valueOf(reason.getMessage());
    return Status.UNAVAILABLE
        .withDescription(message.contains(name) ? message : name + ": " + message)
        .withCause(reason);
  }
}
