package dev.strait.transport;

/** Makes the transport and the acceptor for an address. */
public final class Transports {
  private Transports() {}

  /**
   * A transport that will connect to {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   */
  public static Transport connecting(IpcAddress address, TransportOptions options) {
    throw new UnsupportedOperationException(address.toString());
  }

  /**
   * An acceptor for {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   */
  public static Acceptor acceptor(IpcAddress address, TransportOptions options) {
    throw new UnsupportedOperationException(address.toString());
  }
}
