package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import dev.strait.framing.FrameDecoder;
import dev.strait.framing.FrameHeader;
import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A peer that says and hears nothing but literal frames, all on the thread of the test: nothing is
 * read while the test does not ask for it.
 */
final class ScriptedPeer implements AutoCloseable {
  /** No test waits longer; this bounds a hang and measures nothing. */
  static final Duration HANG = Duration.ofSeconds(15);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Transport transport;
  private final Queue<RawFrame> received = new ArrayDeque<>();
  private final FrameDecoder decoder =
      new FrameDecoder((streamId, type, flags, length) -> {}, this::onFrame);
  private boolean ended;

  private ScriptedPeer(Transport transport) throws IOException {
    this.transport = transport;
    transport.onData(this::onData);
    transport.connect(HANG);
  }

  /** Connects to a real server, and says nothing. */
  static ScriptedPeer connect(IpcAddress address) throws IOException {
    return new ScriptedPeer(Transports.connecting(address, TransportOptions.DEFAULTS));
  }

  /** Connects to a real server and gets HELLO over with. */
  static ScriptedPeer greet(IpcAddress address) throws IOException {
    ScriptedPeer peer = connect(address);
    peer.hello(Limits.DEFAULTS);
    return peer;
  }

  /** Says HELLO with these limits, and takes the other one. */
  void hello(Limits limits) {
    send(out -> Frames.hello(out, Hello.of(limits)));
    assertEquals(FrameType.HELLO, next().type());
  }

  // What it says.

  /** Sends bytes as they are. */
  void sendBytes(byte[] bytes) {
    try {
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(bytes.length - at, 1 << 16);
        if (transport.write(ByteBuffer.wrap(bytes, at, length))) {
          at += length;
        } else {
          readOnce();
        }
        transport.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one frame. */
  void send(int streamId, int type, int flags, byte[] data) {
    sendBytes(frame(streamId, type, flags, data));
  }

  /** The bytes of a frame. */
  static byte[] frame(int streamId, int type, int flags, byte[] data) {
    ByteBuffer frame = ByteBuffer.allocate(FrameHeader.BYTES + data.length);
    FrameHeader.put(frame, data.length, streamId, type, flags);
    return frame.put(data).array();
  }

  void send(int streamId, int type, int flags, Data data) {
    send(streamId, type, flags, data.toBytes());
  }

  /** Sends a header whose data never follows. */
  void sendHeader(int length, int streamId, int type, int flags) {
    ByteBuffer header = ByteBuffer.allocate(FrameHeader.BYTES);
    FrameHeader.put(header, length, streamId, type, flags);
    sendBytes(header.array());
  }

  /** Sends what a production encoder makes. */
  void send(Consumer<ByteBuffer> encoder) {
    ByteBuffer out = ByteBuffer.allocate(FrameHeader.BYTES + Limits.MAX_FRAME_BYTES);
    encoder.accept(out);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    sendBytes(bytes);
  }

  /** Opens a call by the method's name, without an id for it. */
  void open(int streamId, String method, int flags, byte... message) {
    send(
        streamId,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | flags,
        new Data().u32(0).text(method).u16(0).noMetadata().bytes(message));
  }

  /** A whole unary call. */
  void unary(int streamId, String method, byte... message) {
    open(streamId, method, FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END, message);
  }

  // What it hears.

  /** The next frame. */
  RawFrame next() {
    RawFrame frame = nextOrEnd();
    assertNotNull(frame, "the connection ended, a frame was expected");
    return frame;
  }

  /** The next frame that is no WINDOW. */
  RawFrame nextButWindow() {
    RawFrame frame = next();
    while (frame.type() == FrameType.WINDOW) {
      frame = next();
    }
    return frame;
  }

  /** The next frame, which is of this type. */
  RawFrame next(int type) {
    RawFrame frame = next();
    assertEquals(FrameType.describe(type), FrameType.describe(frame.type()), frame::toString);
    return frame;
  }

  /** Takes the end of the connection. */
  void expectEnd() {
    RawFrame frame = nextOrEnd();
    if (frame != null) {
      fail("the end was expected, came " + frame);
    }
  }

  /** Takes whatever comes, to the end of the connection. */
  void skipToEnd() {
    while (nextOrEnd() != null) {}
  }

  private RawFrame nextOrEnd() {
    long start = System.nanoTime();
    while (received.isEmpty() && !ended) {
      if (System.nanoTime() - start > HANG.toNanos()) {
        fail("nothing came, and no end");
      }
      if (readOnce() == 0) {
        transport.await(LOOK_NANOS);
      }
    }
    return received.poll();
  }

  private int readOnce() {
    try {
      int read = transport.poll();
      ended |= read < 0;
      return read;
    } catch (IOException gone) {
      ended = true;
      return -1;
    }
  }

  private void onData(ByteBuffer data) {
    try {
      decoder.decode(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void onFrame(int streamId, int type, int flags, ByteBuffer data) {
    byte[] copy = new byte[data.remaining()];
    data.get(copy);
    received.add(new RawFrame(streamId, type, flags, copy));
  }

  /** Sends what is left and ends the stream in order. */
  void disconnect() {
    transport.disconnect(HANG);
  }

  @Override
  public void close() {
    decoder.release();
    transport.close();
  }

  /** The serving side of an address, whose connections are scripted. */
  static final class Listening implements AutoCloseable {
    private final BlockingQueue<Transport> accepted = new LinkedBlockingQueue<>();
    private final Acceptor acceptor;

    Listening(IpcAddress address) throws IOException {
      acceptor = Transports.acceptor(address, TransportOptions.DEFAULTS);
      acceptor.start(accepted::add);
    }

    /** The next connection, about which nothing was said yet. */
    ScriptedPeer accept() throws IOException, InterruptedException {
      Transport transport = accepted.poll(HANG.toSeconds(), TimeUnit.SECONDS);
      assertNotNull(transport, "nobody connected");
      return new ScriptedPeer(transport);
    }

    /** The next connection, with HELLO over. */
    ScriptedPeer acceptAndGreet() throws IOException, InterruptedException {
      ScriptedPeer peer = accept();
      peer.hello(Limits.DEFAULTS);
      return peer;
    }

    /** How many connections came and were not taken. */
    int untaken() {
      return accepted.size();
    }

    @Override
    public void close() {
      acceptor.close();
    }
  }
}
