package dev.strait.transport;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Makes the transport and the acceptor for an address. */
public final class Transports {
  private Transports() {}

  /**
   * A transport that will connect to {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   */
  public static Transport connecting(IpcAddress address, TransportOptions options) {
    requireSupport(address);
    Connector connector =
        switch (address.scheme()) {
          case UNIX -> {
            Path path = Path.of(address.name());
            yield attempt -> UnixSockets.connect(address, path, attempt);
          }
          case UNIX_ABSTRACT -> attempt -> AbstractSockets.connect(address, options, attempt);
          case MEMORY -> attempt -> MemoryBinding.connect(address, attempt);
          case PIPE -> throw notYet(address);
        };
    return StreamTransport.connecting(address, options, connector);
  }

  /**
   * An acceptor for {@code address}.
   *
   * @throws UnsupportedOperationException if this platform cannot; the message says what is missing
   */
  public static Acceptor acceptor(IpcAddress address, TransportOptions options) {
    requireSupport(address);
    Binding.Binder binder =
        switch (address.scheme()) {
          case UNIX -> {
            Path path = Path.of(address.name());
            yield () -> UnixBinding.bind(address, path, options);
          }
          case UNIX_ABSTRACT -> () -> AbstractSockets.bind(address, options);
          case MEMORY -> () -> MemoryBinding.bind(address, options);
          case PIPE -> throw notYet(address);
        };
    return new StreamAcceptor(address, options, binder);
  }

  private static void requireSupport(IpcAddress address) {
    switch (address.scheme()) {
      case UNIX -> {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
          throw new UnsupportedOperationException(
              address + " needs a POSIX system: file modes and peer credentials are missing here");
        }
      }
      case UNIX_ABSTRACT -> {
        String system = System.getProperty("os.name", "unknown");
        if (!system.startsWith("Linux")) {
          throw new UnsupportedOperationException(
              address + " needs Linux's abstract namespace, which " + system + " has not");
        }
        AbstractSockets.requireSupport(address);
      }
      case MEMORY -> {}
      case PIPE -> throw notYet(address);
    }
  }

  private static UnsupportedOperationException notYet(IpcAddress address) {
    return new UnsupportedOperationException(address + ": pipe: is reserved, not available yet");
  }
}
