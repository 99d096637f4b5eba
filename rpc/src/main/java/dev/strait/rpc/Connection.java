package dev.strait.rpc;

import dev.strait.framing.FrameDecoder;
import dev.strait.framing.FrameException;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.Transport;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One live peer with its frames. Joins the parts, each a file of its own: {@link Handshake}, {@link
 * Reading}, {@link InboundFrames}, {@link Streams}, {@link FrameWriter}, {@link KeepAlive} and
 * {@link Drain}.
 *
 * <p>Thread-safe. CONCURRENCY.md names the threads, the lock and the order.
 */
final class Connection {
  /** Whom a connection tells what becomes of it. No method may block or run user code. */
  interface Owner {
    /** The peer has said HELLO: calls may begin. */
    void ready(Connection connection);

    /** No new calls can begin here. */
    void draining(Connection connection);

    /** The connection is gone; its streams have been told. Called once. */
    void closed(Connection connection, Status reason);

    /**
     * The peer opens a call.
     *
     * @return its stream, whose handler waits for {@link ServerStream#begin}
     * @throws StreamException if it is refused
     */
    ServerStream accept(Connection connection, String method, Metadata metadata, long timeoutNanos)
        throws StreamException;
  }

  private static final Duration DISCONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Transport transport;
  private final boolean connecting;
  private final ConnectionSettings settings;
  private final Owner owner;
  private final String name;

  private final ReentrantLock lock = new ReentrantLock();
  private final Streams streams; // guarded by lock
  private final Reading reading;
  private final FrameWriter writer;
  private final Handshake handshake;
  private final KeepAlive keepAlive;
  private final ReceiveCredit receiveCredit;
  private final FrameDecoder decoder; // used by the reading role only

  private final AtomicBoolean establishing = new AtomicBoolean();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean goesAway; // written under the lock
  private volatile @Nullable Status goAwayStatus;
  private volatile @Nullable Attributes attributes;

  /**
   * @param connecting whether this side connects
   */
  Connection(Transport transport, boolean connecting, ConnectionSettings settings, Owner owner) {
    this.transport = transport;
    this.connecting = connecting;
    this.settings = settings;
    this.owner = owner;
    this.name = transport.address().toString();
    this.streams = new Streams(connecting);
    this.reading = new Reading(this, transport, settings);
    this.writer = new FrameWriter(lock, transport, reading, streams);
    this.handshake = new Handshake(this, settings);
    this.keepAlive = new KeepAlive(this, settings);
    this.receiveCredit = new ReceiveCredit(settings.limits().connectionWindowBytes());
    this.decoder =
        new FrameDecoder(
            new NativeFrameLimits(handshake::isDone), new InboundFrames(this, receiveCredit));
  }

  /** Connects, in the reader's thread. */
  void start() {
    reading.start();
  }

  /**
   * Finds the peer, has its identity checked and says HELLO. Called by each reader; only the first
   * has anything to do.
   *
   * @return false if that failed
   */
  boolean establish() {
    if (!establishing.compareAndSet(false, true)) {
      return true;
    }
    try {
      transport.onData(this::onData);
      // Not from here, where it would send ever deeper inside the flush that made room.
      transport.onWritable(() -> reading.execute(writer::sendWaiting));
      handshake.start();
      transport.connect(settings.connectTimeout());
      writer.send(out -> Frames.hello(out, handshake.ours()));
      return true;
    } catch (IOException | RuntimeException e) {
      end(e);
      return false;
    }
  }

  String name() {
    return name;
  }

  IpcAddress address() {
    return transport.address();
  }

  PeerCredentials peerCredentials() {
    return transport.peer();
  }

  /** The attributes of the calls on this connection. */
  Attributes attributes() {
    Attributes known = attributes;
    if (known == null) {
      known = IpcAttributes.of(this, connecting);
      attributes = known;
    }
    return known;
  }

  Limits limits() {
    return settings.limits();
  }

  /** What the peer said in its HELLO. */
  Hello peer() {
    return handshake.theirs();
  }

  Reading reading() {
    return reading;
  }

  /** How long a caller that does not read yet may spin, in nanoseconds. */
  long longestSpinNanos() {
    return settings.waitStrategy().longestSpinNanos();
  }

  /** The streams, guarded by the connection's lock. */
  Streams streams() {
    return streams;
  }

  boolean isHandshakeDone() {
    return handshake.isDone();
  }

  boolean hasEnded() {
    return ended.get();
  }

  boolean hasStreams() {
    lock.lock();
    try {
      return !streams.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** The round-trip time of the last answered ping in nanoseconds, or -1. */
  long roundTripNanos() {
    return keepAlive.roundTripNanos();
  }

  // Calls of this side.

  /**
   * Takes a call on, to be sent with {@link #send}; false if no new calls can begin here.
   *
   * @throws StreamException if the peer would not accept it
   */
  boolean attach(ClientStream stream) throws StreamException {
    lock.lock();
    try {
      if (!streams.mayOpen()) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    stream.prepare(this);
    return true;
  }

  /** Sends what {@code stream} has to send, as far as credit and room allow. */
  void send(Stream stream) {
    writer.send(stream);
    if (stream.id() == 0 && stream instanceof ClientStream client && isUnopenable()) {
      lose(client, false);
    }
  }

  /** Whether a stream that is not open by now never will be on this connection. */
  private boolean isUnopenable() {
    lock.lock();
    try {
      return !streams.mayOpen();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a stream from this side; the peer is told if it knows of it. */
  void cancel(Stream stream, CancelCode code, String text) {
    lock.lock();
    try {
      if (!stream.close()) {
        return;
      }
      int id = stream.id();
      if (id != 0 && !streams.isClosed()) {
        writer.write(out -> Frames.cancel(out, id, code, text));
        forget(stream);
      }
    } finally {
      lock.unlock();
    }
    writer.flush();
  }

  /** Drops a stream that is closed. May be called under the lock. */
  void forget(Stream stream) {
    lock.lock();
    try {
      Stream next = streams.forget(stream);
      if (next != null) {
        writer.queue().add(next);
        settings.scheduler().execute(writer::sendWaiting);
      }
    } finally {
      lock.unlock();
    }
    closeIfDrained();
  }

  /**
   * Messages were consumed: their credit goes back, when enough of it has come together.
   *
   * @param streamLimit the stream's new limit to announce, or {@link ReceiveCredit#NOTHING}
   */
  void consumed(Stream stream, long streamLimit, long credit) {
    StreamState state = stream.state();
    if (streamLimit != ReceiveCredit.NOTHING
        && state != StreamState.CLOSED
        && state != StreamState.REMOTE_ENDED) {
      int id = stream.id();
      writer.send(out -> Frames.window(out, id, streamLimit));
    }
    consumedOfConnection(credit);
  }

  void consumedOfConnection(long credit) {
    long limit = receiveCredit.consume(credit);
    if (limit != ReceiveCredit.NOTHING) {
      writer.send(out -> Frames.window(out, 0, limit));
    }
  }

  void sendPing(long payload) {
    writer.send(out -> Frames.ping(out, payload, false));
  }

  // What came. Called by the reading role only.

  /** Reads and decodes once. Returns what a transport's poll does. */
  int poll() {
    try {
      int read = transport.poll();
      writer.flushIfDue();
      if (read == 0 && writer.hasFailed()) {
        end(new IOException("the peer takes no more bytes"));
        return -1;
      }
      if (read > 0) {
        keepAlive.read();
      } else if (read < 0) {
        decoder.end();
        end(new IOException("the peer closed the connection"));
      }
      return read;
    } catch (IOException e) {
      end(e);
      return -1;
    }
  }

  private void onData(ByteBuffer data) {
    if (goesAway || ended.get()) {
      return;
    }
    try {
      decoder.decode(data);
    } catch (WireException e) {
      goAwayAndClose(e.reason(), String.valueOf(e.getMessage()));
    } catch (FrameException e) {
      goAwayAndClose(GoAwayReason.PROTOCOL_ERROR, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      goAwayAndClose(GoAwayReason.INTERNAL_ERROR, "internal error");
      throw e;
    }
  }

  void receiveHello(ByteBuffer data) throws WireException {
    handshake.receive(data);
    lock.lock();
    try {
      streams.begin(handshake.theirs());
    } finally {
      lock.unlock();
    }
    keepAlive.start();
    owner.ready(this);
  }

  void checkNextPeerStreamId(int streamId) throws WireException {
    lock.lock();
    try {
      streams.checkPeerId(streamId);
    } finally {
      lock.unlock();
    }
  }

  ServerStream accept(int streamId, String method, Metadata metadata, long timeoutNanos)
      throws StreamException {
    lock.lock();
    try {
      if (!streams.drain().mayAccept()) {
        throw new StreamException(CancelCode.NOT_PROCESSED, name + " is shutting down");
      }
      if (streams.openedByPeer() >= limits().maxStreams()) {
        throw new StreamException(
            CancelCode.NOT_PROCESSED,
            "over the limit of " + limits().maxStreams() + " open calls on one connection");
      }
    } finally {
      lock.unlock();
    }
    ServerStream stream = owner.accept(this, method, metadata, timeoutNanos);
    lock.lock();
    try {
      streams.accept(streamId, stream);
    } finally {
      lock.unlock();
    }
    stream.begin();
    return stream;
  }

  /** The open stream with this id; null if it is closed. */
  @Nullable Stream streamOrClosed(int streamId) throws WireException {
    lock.lock();
    try {
      return streams.openOrClosed(streamId);
    } finally {
      lock.unlock();
    }
  }

  /** The peer is at fault on one stream, which ends. */
  void failStream(int streamId, StreamException fault) throws WireException {
    Stream stream = streamOrClosed(streamId);
    if (stream != null) {
      cancel(stream, fault.code(), fault.text());
      stream.failed(fault);
    } else {
      writer.send(out -> Frames.cancel(out, streamId, fault.code(), fault.text()));
    }
  }

  void raiseCredit(int streamId, long limit) throws WireException {
    lock.lock();
    try {
      if (streamId == 0) {
        if (streams.credit().raise(limit)) {
          streams.all().forEach(writer.queue()::add);
        }
      } else {
        Stream stream = streams.openOrClosed(streamId);
        if (stream != null && stream.raiseCredit(limit)) {
          writer.queue().add(stream);
        }
      }
    } finally {
      lock.unlock();
    }
    writer.sendWaiting();
  }

  void receivePing(long payload) {
    writer.send(out -> Frames.ping(out, payload, true));
  }

  void receivePong(long payload) {
    keepAlive.pong(payload);
  }

  void receiveGoAway(GoAwayReason reason, int lastStreamId, String text) {
    List<Stream> notProcessed;
    lock.lock();
    try {
      if (!streams.drain().startTheirs()) {
        return;
      }
      notProcessed = streams.takeNotProcessed(lastStreamId);
      notProcessed.addAll(writer.queue().takeUnopened());
    } finally {
      lock.unlock();
    }
    goAwayStatus =
        Status.UNAVAILABLE.withDescription(
            name + " went away: " + reason + " (" + Escape.text(text) + "), said by the peer");
    owner.draining(this);
    for (Stream stream : notProcessed) {
      lose(stream, false);
    }
    closeIfDrained();
  }

  // The end.

  /** Takes no new calls, lets the open ones end, and then closes. */
  void drain(GoAwayReason reason, String text) {
    if (!handshake.isDone()) {
      close(new IOException(name + " goes away: " + reason));
      return;
    }
    List<Stream> unopened;
    lock.lock();
    try {
      if (!streams.drain().startOurs() || streams.isClosed()) {
        return;
      }
      int last = streams.lastPeerId();
      writer.write(out -> Frames.goAway(out, reason, last, text));
      unopened = writer.queue().takeUnopened();
    } finally {
      lock.unlock();
    }
    writer.flush();
    owner.draining(this);
    for (Stream stream : unopened) {
      lose(stream, false);
    }
    closeIfDrained();
  }

  /** Ends a connection that goes away, when its last stream has ended. */
  void closeIfDrained() {
    lock.lock();
    try {
      if (!streams.drain().begun() || !streams.isEmpty() || !streams.drain().finish()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    disconnect();
  }

  /**
   * Tells the peer why, takes nothing more from it, and closes when that is sent. Does not wait for
   * a peer that says nothing.
   */
  void goAwayAndClose(GoAwayReason reason, String text) {
    IOException why =
        new IOException(name + " goes away: " + reason + " (" + text + "), said by this side");
    if (!sayGoAway(reason, text, why)) {
      return;
    }
    boolean peerIsSilent =
        reason == GoAwayReason.KEEPALIVE_TIMEOUT || reason == GoAwayReason.HANDSHAKE_TIMEOUT;
    try {
      transport.flush();
      if (!peerIsSilent) {
        disconnect();
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
      goAwayStatus = statusFor(why);
      int last = streams.lastPeerId();
      writer.write(out -> Frames.goAway(out, reason, last, text));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes when everything is sent, on a thread that may wait for that. */
  private void disconnect() {
    Schedulers.threadPerTask("strait-disconnect " + name, settings.threads())
        .execute(
            () -> {
              transport.disconnect(DISCONNECT_TIMEOUT);
              reading.wakeReader();
            });
  }

  /** Closes at once. The reading role then ends the streams. */
  void close(IOException reason) {
    transport.close(reason);
    reading.wakeReader();
  }

  /** The transport has ended. Called by the reading role, or by the first reader before that. */
  private void end(Exception cause) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    handshake.stop();
    keepAlive.stop();
    decoder.release();
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
    Status status = statusFor(reason);
    goAwayStatus = status;
    for (Stream stream : lost) {
      lose(stream, stream.id() != 0);
    }
    owner.closed(this, status);
  }

  private void lose(Stream stream, boolean processed) {
    Status status = goAwayStatus;
    stream.connectionLost(
        status == null ? Status.UNAVAILABLE.withDescription(name + " is gone") : status, processed);
  }

  private Status statusFor(Exception reason) {
    Status said = goAwayStatus;
    if (said != null) {
      return said;
    }
    String message = String.valueOf(reason.getMessage());
    return Status.UNAVAILABLE
        .withDescription(message.contains(name) ? message : name + ": " + message)
        .withCause(reason);
  }
}
