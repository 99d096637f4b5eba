package dev.strait.transport;

import java.io.IOException;

/**
 * What an address leads to: opens links to it, and accepts them. {@link Transports} makes complete
 * transports of the links: states, listeners, the outbound buffer and the security gate.
 *
 * <p>A provider of an application serves addresses of {@link IpcAddress#custom}, or stands in front
 * of {@link #builtIn} and changes what that does; it is set by {@link
 * TransportOptions#withProvider} and on both builders of calls. What a transport promises is held
 * by {@code TransportContract} in this module's test-jar: extend it.
 *
 * <p>Implementations are thread-safe.
 */
public interface TransportProvider {
  /**
   * Refuses at once what can never work.
   *
   * @throws UnsupportedOperationException if this platform cannot serve or reach such an address;
   *     the message says what is missing
   */
  default void requireSupport(IpcAddress address) {}

  /**
   * Whether peers at this address have an identity that the kernel vouches for. Without one there
   * is nothing that a {@link PeerPolicy} could decide by, so none may be set, and {@link
   * Link#credentials} is not asked: the provider itself answers for who gets in.
   */
  boolean identifiesPeers(IpcAddress address);

  /**
   * Opens a link to whoever serves the address. Until the gate has let the peer in, nobody reads or
   * writes it. May block for as long as {@link ConnectAttempt#pause} lets it.
   *
   * @throws java.net.ConnectException if nobody serves the address
   * @throws java.net.SocketTimeoutException that {@link ConnectAttempt#pause} throws, if the server
   *     takes nobody in time
   * @throws IOException if that fails otherwise. Every message names the endpoint
   */
  Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException;

  /**
   * Begins to serve the address.
   *
   * @throws java.net.BindException if it is in use by a live server, which is left alone
   * @throws IOException if that fails otherwise. Every message names the endpoint
   */
  Binding bind(IpcAddress address, TransportOptions options) throws IOException;

  /** Strait's own kinds of endpoint: {@code unix:}, {@code unix-abstract:}, and so on. */
  static TransportProvider builtIn() {
    return BuiltInProvider.INSTANCE;
  }
}
