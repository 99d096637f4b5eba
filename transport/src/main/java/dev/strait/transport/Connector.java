package dev.strait.transport;

import java.io.IOException;

/** How a connecting transport finds its peer. */
@FunctionalInterface
interface Connector {
  /**
   * Opens a link. Until the gate has let the peer in, nobody reads or writes it.
   *
   * @throws IOException if that fails; the message names the endpoint
   */
  Link open(ConnectAttempt attempt) throws IOException;
}
