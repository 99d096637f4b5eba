package dev.strait.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A duplex byte stream to one peer on this machine.
 *
 * <p>Writing is two steps, so that many small writes cost one system call: {@link #write} copies
 * bytes into the bounded outbound buffer ({@link #give} hands a whole buffer over instead), {@link
 * #flush} hands them to the operating system. None of them blocks.
 *
 * <p>Reading is driven from outside: whoever calls {@link #poll} reads, and the bytes are pushed to
 * the data listeners on that thread. One thread at a time may poll and await; which one that is, is
 * a policy of the layer above. {@link TransportReader} is the plain one: a thread of its own. The
 * polling thread also sends what {@link #flush} could not, so a transport on which nobody polls may
 * keep bytes in its outbound buffer.
 *
 * <p>An interrupt of a thread in any method but {@link #connect} neither closes the transport nor
 * loses bytes; in {@code connect} it ends that attempt only.
 *
 * <p>Thread-safe, except that {@link #poll} and {@link #await} are for one thread at a time.
 */
public interface Transport extends AutoCloseable {

  /** The present state. */
  TransportState state();

  /**
   * Tells {@code listener} of every later state change, in order, on the thread that causes it;
   * when two threads cause changes at once, one of them tells of both. What a listener throws is
   * logged and changes nothing.
   */
  Subscription onStateChange(StateListener listener);

  /**
   * Opens the stream: finds the peer (on the connecting side) and lets the security gate check its
   * identity (on both sides). On return the state is {@link TransportState#CONNECTED}. May block,
   * also in the name service, so it belongs on a thread that may.
   *
   * @param timeout the longest this may take, a full backlog of the server included
   * @throws IllegalStateException if connecting or connected already, or closed
   * @throws java.net.ConnectException if nobody serves the address
   * @throws java.net.SocketTimeoutException if the timeout passed
   * @throws java.io.InterruptedIOException if the thread was interrupted while it waited; it stays
   *     so
   * @throws PeerRejectedException if the gate refused the peer; nothing was sent to it
   * @throws IOException for any other failure; the message names the endpoint. After a failure the
   *     state is {@link TransportState#FAILED} and a connecting transport may connect again
   */
  void connect(Duration timeout) throws IOException;

  /**
   * Who the peer is, as the kernel says. Null if peers have no identity at such an address ({@code
   * pipe:}).
   *
   * @throws IllegalStateException before the first successful {@link #connect}
   */
  @Nullable PeerCredentials peer();

  /** The address that is served: the one connected to, or the one accepted on. */
  IpcAddress address();

  /**
   * Pushes all later inbound bytes to {@code listener}, on the polling thread. With several
   * listeners each sees the same bytes, in the order of subscription.
   */
  Subscription onData(DataListener listener);

  /**
   * Appends bytes to the outbound buffer: all of them or none. Does no I/O.
   *
   * @param data taken from its position to its limit. The bytes are copied: the caller owns the
   *     buffer before and after. If they were taken the position is at the limit, else (refused or
   *     thrown) it is where it was
   * @return false if the outbound buffer is at its limit and nothing was taken. A single write may
   *     exceed the limit when the buffer was below it
   * @throws IOException if the transport is not connected; the cause is the first reason for it
   */
  boolean write(ByteBuffer data) throws IOException;

  /**
   * Appends what was written to a buffer of the {@link BufferPool#shared() pool}, and takes the
   * buffer over if it takes the bytes: large payloads are not copied on their way to the operating
   * system. Otherwise as {@link #write}.
   *
   * @param lent as it was written: its bytes are those before its position. If they were taken it
   *     is the transport's, which releases it; else (refused or thrown) the caller still owns it
   * @return false if the outbound buffer is at its limit and nothing was taken
   * @throws IOException if the transport is not connected; the cause is the first reason for it
   */
  boolean give(ByteBuffer lent) throws IOException;

  /**
   * Sends what the outbound buffer holds, on this thread, unless another thread is sending already
   * (it then sends these bytes too). Stops after 256 KiB, or when the operating system takes no
   * more; the polling thread then sends the rest.
   *
   * @throws IOException if the peer takes no more bytes; every later write fails with the same
   *     reason. What the peer sent before it went away can still be polled: the state changes only
   *     when the polling thread fails too, or somebody closes
   */
  void flush() throws IOException;

  /**
   * Whether bytes that were written have not left this process: nobody has flushed, another thread
   * is sending them, or the operating system takes no more. False when the transport is not
   * connected. Any thread; what it says may be out of date at once.
   */
  boolean hasUnsent();

  /** Whether the transport is open and its outbound buffer is less than half full. */
  boolean isWritable();

  /**
   * Runs {@code action} each time the transport becomes writable again after {@link #isWritable}
   * was false, on the thread that sent the bytes. It must not block.
   */
  Subscription onWritable(Runnable action);

  /**
   * Sends what a flush left over, reads once without blocking and pushes the bytes to the data
   * listeners.
   *
   * @return how many bytes were pushed, 0 if there were none, -1 at the end of the stream
   * @throws IOException if the stream failed
   */
  int poll() throws IOException;

  /**
   * Blocks until {@link #poll} has something to do, {@link #wakeup} is called, the transport is
   * closed or the time is up. May return early, and up to a millisecond late. An interrupted thread
   * returns at once and stays interrupted. Returns at once if the transport is not open.
   *
   * @param timeoutNanos the longest to block; {@link Long#MAX_VALUE} for no bound
   */
  void await(long timeoutNanos);

  /** Makes the present or the next {@link #await} return at once. */
  void wakeup();

  /**
   * Ends the stream in order: takes no more writes, sends what was accepted, until the timeout,
   * then closes. Idempotent. Blocks; another thread may go on polling.
   */
  void disconnect(Duration timeout);

  /**
   * Ends the stream at once with a reason, dropping what was not yet sent. The first reason wins
   * and is the cause that every waiter and every later operation sees. Idempotent.
   */
  void close(IOException reason);

  /** Ends the stream at once. */
  @Override
  void close();

  /** Why the stream ended: the first reason. Null while it has not. */
  @Nullable IOException closeReason();
}
