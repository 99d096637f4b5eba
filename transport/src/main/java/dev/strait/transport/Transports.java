package dev.strait.transport;

/** Makes the transport and the acceptor for an address. */
public final class Transports {
  private Transports() {}

  /**
   * A transport that will connect to {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   * @throws IllegalArgumentException if a policy of peers is set, and peers at such an address have
   *     no identity
   */
  public static Transport connecting(IpcAddress address, TransportOptions options) {
    check(address, options);
    return StreamTransport.connecting(address, options);
  }

  /**
   * An acceptor for {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   * @throws IllegalArgumentException if a policy of peers is set, and peers at such an address have
   *     no identity
   */
  public static Acceptor acceptor(IpcAddress address, TransportOptions options) {
    check(address, options);
    return new StreamAcceptor(address, options);
  }

  private static void check(IpcAddress address, TransportOptions options) {
    options.provider().requireSupport(address);
    if (!Gate.canApply(address, options)) {
      throw new IllegalArgumentException(
          "peers of "
              + address
              + " have no identity that the kernel vouches for, so no policy can decide by it: set"
              + " none, or use unix:; the policy is "
              + options.peerPolicy());
    }
  }
}
