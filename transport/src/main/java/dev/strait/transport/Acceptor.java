package dev.strait.transport;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * The accepting side of an address.
 *
 * <p>Thread-safe.
 */
public interface Acceptor extends AutoCloseable {

  /** The address that is, or will be, served. */
  IpcAddress address();

  /**
   * Binds and begins to accept on a daemon thread of its own.
   *
   * @param onAccept gets each new stream on the accepting thread and must not block there. The
   *     stream's state is {@link TransportState#CONNECTING}: the receiver owns it and calls {@link
   *     Transport#connect} on a thread that may block, which lets the security gate check the peer.
   *     Until then nothing is read or written
   * @param onTurnedAway runs on the accepting thread for each newcomer that is closed at once,
   *     because as many streams are open as may be; must neither block nor throw
   * @throws IllegalStateException if started before
   * @throws java.net.BindException if the address is in use by a live server, or its path holds
   *     something else; neither is touched
   * @throws IOException for any other failure; the message names the endpoint
   */
  void start(Consumer<Transport> onAccept, Runnable onTurnedAway) throws IOException;

  /** {@link #start(Consumer, Runnable)} for whoever {@linkplain #turnedAway counts} those only. */
  default void start(Consumer<Transport> onAccept) throws IOException {
    start(onAccept, () -> {});
  }

  /** How many accepted streams are open now. */
  int openTransports();

  /** How many newcomers were closed at once, because as many streams were open as may be. */
  long turnedAway();

  /** Stops accepting and frees the address. Streams that were accepted stay. Idempotent. */
  @Override
  void close();
}
