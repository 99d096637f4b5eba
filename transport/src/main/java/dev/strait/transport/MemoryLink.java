package dev.strait.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One end of a connection inside this process: two rings, crossed. */
final class MemoryLink implements Link {
  private static final int RING_BYTES = 128 * 1024;

  private final ByteRing inbound;
  private final ByteRing outbound;
  private final Signal signal;

  private MemoryLink(ByteRing inbound, ByteRing outbound, Signal signal) {
    this.inbound = inbound;
    this.outbound = outbound;
    this.signal = signal;
  }

  /** Both ends of a new connection. */
  static MemoryLink[] pair(Ticker ticker) {
    Signal left = new Signal(ticker);
    Signal right = new Signal(ticker);
    ByteRing toRight = new ByteRing(RING_BYTES, right, left);
    ByteRing toLeft = new ByteRing(RING_BYTES, left, right);
    return new MemoryLink[] {
      new MemoryLink(toLeft, toRight, left), new MemoryLink(toRight, toLeft, right)
    };
  }

  @Override
  public PeerCredentials credentials() {
    return OwnIdentity.credentials();
  }

  @Override
  public int read(ByteBuffer target) {
    return inbound.read(target);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return outbound.write(source);
  }

  @Override
  public void await(boolean alsoWritable, long timeoutNanos) {
    if (!inbound.hasBytes() && !(alsoWritable && outbound.hasRoomOrSignalsIt())) {
      signal.await(timeoutNanos);
    }
  }

  @Override
  public void wakeup() {
    signal.raise();
  }

  @Override
  public void shutdownOutput() {
    outbound.end();
  }

  @Override
  public void close() {
    outbound.end();
    inbound.abandon();
  }
}
