package dev.strait.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of one open connection, without blocking: what differs between the kinds of endpoint,
 * and all that a {@link TransportProvider} has to bring.
 *
 * <p>One thread at a time reads and awaits, one thread at a time writes; these may be two threads.
 * Every other method is for any thread. No method closes the link because its thread is
 * interrupted.
 */
public interface Link {
  /**
   * Who is at the other end, as the kernel says. May ask the name service, which may block. Not
   * asked if {@link TransportProvider#identifiesPeers} says that there is no identity.
   *
   * @throws IOException if there is no identity to be had, which denies the peer
   */
  default PeerCredentials credentials() throws IOException {
    throw new IOException("peers have no identity here");
  }

  /** The gate has let the peer in. Nothing is read or written before. */
  default void admitted() {}

  /** Reads once into the caller's buffer: the bytes read, 0 for none now, -1 at the end. */
  int read(ByteBuffer target) throws IOException;

  /** Writes from the caller's buffer as much as fits now. Less than it holds means full. */
  int write(ByteBuffer source) throws IOException;

  /** Whether bytes that {@link #write} took are not yet out of this process' hands. */
  default boolean hasUnsent() {
    return false;
  }

  /**
   * Blocks until there is something to read or (if asked) room to write, a wake-up, a close, an
   * interrupt, or the time is up. May return early.
   */
  void await(boolean alsoWritable, long timeoutNanos);

  /** Makes the present or the next await return at once. */
  void wakeup();

  /** Tells the peer that nothing follows. */
  void shutdownOutput() throws IOException;

  /** Closes at once. Idempotent; wakes who awaits. No descriptor is reused under another thread. */
  void close();
}
