package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.framing.FrameDecoder;
import dev.strait.framing.FrameException;
import dev.strait.transport.BufferPool;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.Transport;
import io.grpc.Attributes;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /**
     * The peer has been let in, and nothing has been said to it.
     *
     * @throws WireException if there is no place for it; it is told so
     */
    void admit(Connection connection) throws WireException;

    /** No new calls can begin here. */
    void draining(Connection connection);

    /** The connection is gone; its streams have been told. Called once. */
    void closed(Connection connection, Status reason);
  }

  /** Of peers that nobody has vouched for yet, or ever will. */
  static final long UNKNOWN_UID = -1;

  private final Transport transport;
  private final boolean connecting;
  private final ConnectionSettings settings;
  private final Owner owner;
  private final String name;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Streams streams;

  private final Reading reading;
  private final FrameWriter writer;
  private final Handshake handshake;
  private final KeepAlive keepAlive;
  private final PingLimit pingLimit;
  private final Calls calls;
  private final ConnectionEnd end;
  private final ReceiveCredit receiveCredit;

  // Used by the reading role only.
  private final InboundFrames frames;
  private final FrameDecoder decoder;
  private long unreadBefore; // when what is decoded now had not come
  private long paidBefore;

  private final AtomicBoolean establishing = new AtomicBoolean();
  private volatile boolean letIn; // by the gate
  private volatile @Nullable Attributes attributes;
  private volatile @Nullable IncomingCalls incoming;

  /**
   * @param connecting whether this side connects
   */
  Connection(Transport transport, boolean connecting, ConnectionSettings settings, Owner owner) {
    this.transport = transport;
    this.connecting = connecting;
    this.settings = settings;
    this.owner = owner;
    this.name = transport.address().toString();
    this.streams = new Streams(settings.firstStreamId());
    this.reading = new Reading(this, transport, settings);
    this.writer = new FrameWriter(lock, transport, reading, streams);
    this.end = new ConnectionEnd(this, owner, transport, settings, lock, streams, writer, reading);
    this.calls = new Calls(this, lock, streams, writer);
    this.handshake = new Handshake(this, settings);
    this.keepAlive = new KeepAlive(this, settings);
    this.pingLimit = new PingLimit(this, settings);
    this.receiveCredit = new ReceiveCredit(settings.limits().connectionWindowBytes());
    this.frames = new InboundFrames(this, receiveCredit);
    this.decoder = new FrameDecoder(new NativeFrameLimits(handshake::isDone), frames);
  }

  /** Connects, in the reader's thread; without one the connection ends at once. */
  void start() {
    try {
      reading.start();
    } catch (RuntimeException | Error noThread) {
      ended(new IOException(name + " has no thread to read it: " + noThread, noThread));
      monitor().cannotBeRead(this, noThread);
    }
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
      letIn = true;
      owner.admit(this);
      sayHello();
      writer.flush();
      return true;
    } catch (WireException e) {
      // In place of HELLO.
      end.goAwayAndClose(e.reason(), String.valueOf(e.getMessage()));
      return true;
    } catch (IOException | RuntimeException e) {
      ended(e);
      return false;
    } catch (Error e) {
      // A transport's own threads, or the one for timers, may be missing.
      ended(new IOException(name + ": " + e, e));
      return false;
    }
  }

  /**
   * From then on the peer may make calls, which must not be cut off: so either the connection goes
   * away before this, and it is not said, or GO_AWAY tells what was not processed.
   */
  private void sayHello() throws IOException {
    lock.lock();
    try {
      if (streams.drain().begun()) {
        throw new IOException(name + " is going away");
      }
      writer.write(out -> Frames.hello(out, handshake.ours()));
      handshake.said();
    } finally {
      lock.unlock();
    }
  }

  String name() {
    return name;
  }

  /** Whether this is the side that connected. */
  boolean isConnecting() {
    return connecting;
  }

  /** Who is at the other end; null if that is not known, or not yet. */
  @Nullable PeerCredentials knownPeer() {
    return letIn ? transport.peer() : null;
  }

  /** The user at the other end; {@link #UNKNOWN_UID} if that is not known, or not yet. */
  long uid() {
    PeerCredentials peer = knownPeer();
    return peer == null ? UNKNOWN_UID : peer.uid();
  }

  Monitor monitor() {
    return settings.monitor();
  }

  @Override
  public String toString() {
    PeerCredentials peer = knownPeer();
    return "the connection "
        + (connecting ? "to " : "at ")
        + name
        + (peer == null ? "" : " with " + peer);
  }

  IpcAddress address() {
    return transport.address();
  }

  @Nullable PeerCredentials peerCredentials() {
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

  /** The calls that the peer makes. Used once its HELLO has come. */
  IncomingCalls incoming() {
    IncomingCalls known = incoming;
    if (known == null) {
      throw new IllegalStateException("before the peer's HELLO");
    }
    return known;
  }

  Limits limits() {
    return settings.limits();
  }

  /** Where messages count that credit does not bound. */
  MessageMemory memory() {
    return settings.memory();
  }

  /**
   * Whether the peer left more unread than every connection may, before it sent what is decoded
   * now, or sent more in that than a read brings of messages that are not tiny. Called by the
   * reading role only.
   */
  boolean leavesMuchUnread() {
    int own = settings.memory().unreadBytesOfConnection();
    long came = frames.paid() - paidBefore;
    return unreadBefore > own || unreadBefore + came > own + BufferPool.BUFFER_BYTES;
  }

  /** What the peer said in its HELLO. */
  Hello peer() {
    return handshake.theirs();
  }

  Reading reading() {
    return reading;
  }

  boolean hasHeardHello() {
    return handshake.isDone();
  }

  /** Whether the peer may begin with calls, which it does once it knows this side's HELLO. */
  boolean hasSaidHello() {
    return handshake.isSaid();
  }

  /** The calls on it. */
  Calls calls() {
    return calls;
  }

  /** When it pings, and how long the answers take. */
  KeepAlive keepAlive() {
    return keepAlive;
  }

  /** How the connection ends. */
  ConnectionEnd end() {
    return end;
  }

  /**
   * Messages were consumed: their credit goes back, when enough of it has come together.
   *
   * @param ofStream the stream's credit
   */
  void consumed(Stream stream, ReceiveCredit ofStream, long credit) {
    if (ofStream.consume(credit) && stream.state().peerMaySend()) {
      int id = stream.id();
      writer.send(out -> Frames.window(out, id, ofStream.limit()));
    }
    consumedOfConnection(credit);
  }

  void consumedOfConnection(long credit) {
    if (receiveCredit.consume(credit)) {
      writer.send(out -> Frames.window(out, 0, receiveCredit.limit()));
    }
  }

  /** Writes what is in the outbound buffer. */
  void flush() {
    writer.flushNow();
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
      if (writer.isOverfull()) {
        monitor().hitLimit(this, writer.failure());
        ended(new IOException(writer.failure()));
        return -1;
      }
      if (read == 0 && writer.hasFailed()) {
        end.writingHasFailed(writer.failure());
      }
      if (read < 0) {
        decoder.end();
        ended(new IOException("the peer closed the connection"));
      }
      return read;
    } catch (IOException e) {
      ended(e);
      return -1;
    }
  }

  private void onData(ByteBuffer data) {
    if (end.hasBegun()) {
      return;
    }
    keepAlive.read();
    unreadBefore = receiveCredit.held();
    paidBefore = frames.paid();
    try {
      decoder.decode(data);
    } catch (WireException e) {
      end.goAwayAndClose(e.reason(), String.valueOf(e.getMessage()));
    } catch (FrameException e) {
      end.goAwayAndClose(GoAwayReason.PROTOCOL_ERROR, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      end.goAwayAndClose(GoAwayReason.INTERNAL_ERROR, "internal error");
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
    monitor().connected(this);
    TransportFilters filters = settings.filters();
    incoming = new IncomingCalls(settings.dispatcher(), this, attributes(), !filters.isEmpty());
    keepAlive.start();
    if (filters.isEmpty()) {
      owner.ready(this);
    } else {
      reading.execute(() -> filter(filters, incoming()));
    }
  }

  /** Asks the filters, and only then lets calls begin. */
  private void filter(TransportFilters filters, IncomingCalls calls) {
    try {
      if (calls.begin(filters.ready(calls.attributes()))) {
        owner.ready(this);
      } else {
        filters.terminated(calls.attributes());
      }
    } catch (Throwable e) {
      Log.warn("a filter's transportReady threw on " + name, e);
      end.goAwayAndClose(GoAwayReason.INTERNAL_ERROR, "a filter of this side threw");
    }
  }

  /** The peer says GO_AWAY in place of HELLO. */
  void turnedAway() {
    handshake.turnedAway();
  }

  void receivePing(long payload) throws WireException {
    pingLimit.count();
    writer.send(out -> Frames.ping(out, payload, true));
  }

  void receivePong(long payload) {
    keepAlive.pong(payload);
  }

  /**
   * The transport has ended. Called by the reading role, by the first reader before that, or
   * instead of it.
   */
  private void ended(Exception cause) {
    handshake.stop();
    keepAlive.stop();
    decoder.release();
    frames.release();
    boolean first = end.transportEnded(cause);
    TransportFilters filters = settings.filters();
    IncomingCalls calls = incoming;
    if (first && !filters.isEmpty() && calls != null && calls.end()) {
      reading.execute(() -> filters.terminated(calls.attributes()));
    }
  }
}
