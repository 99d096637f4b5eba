package dev.strait.transport;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Strait's own kinds of endpoint, by scheme. Each loads its classes when it is first used. */
final class BuiltInProvider implements TransportProvider {
  static final BuiltInProvider INSTANCE = new BuiltInProvider();

  private BuiltInProvider() {}

  @Override
  public boolean identifiesPeers(IpcAddress address) {
    return address.scheme() != IpcAddress.Scheme.PIPE;
  }

  @Override
  public void requireSupport(IpcAddress address) {
    switch (address.scheme()) {
      case UNIX -> requirePosix(address, "file modes and peer credentials");
      case UNIX_ABSTRACT -> {
        String system = System.getProperty("os.name", "unknown");
        if (!system.startsWith("Linux")) {
          throw new UnsupportedOperationException(
              address + " needs Linux's abstract namespace, which " + system + " has not");
        }
        AbstractSockets.requireSupport(address);
      }
      case PIPE -> {
        requirePosix(address, "FIFOs and file modes");
        requireJna(address);
      }
      case MEMORY -> {}
      case CUSTOM -> throw nobodysOwn(address);
    }
  }

  /** Here, because without JNA not even the class that uses it can be loaded. */
  private static void requireJna(IpcAddress address) {
    try {
      Fifo.load();
    } catch (LinkageError e) {
      throw new UnsupportedOperationException(
          address
              + " needs JNA (net.java.dev.jna:jna) on the class path, which makes the pipes: "
              + e,
          e);
    }
  }

  private static void requirePosix(IpcAddress address, String what) {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
      throw new UnsupportedOperationException(
          address + " needs a POSIX system: " + what + " are missing here");
    }
  }

  @Override
  public Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    return switch (address.scheme()) {
      case UNIX -> UnixSockets.connect(address, Path.of(address.name()), attempt);
      case UNIX_ABSTRACT -> AbstractSockets.connect(address, options, attempt);
      case PIPE -> PipeConnector.connect(address, options, attempt);
      case MEMORY -> MemoryBinding.connect(address, attempt);
      case CUSTOM -> throw nobodysOwn(address);
    };
  }

  @Override
  public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    return switch (address.scheme()) {
      case UNIX -> UnixBinding.bind(address, Path.of(address.name()), options);
      case UNIX_ABSTRACT -> AbstractSockets.bind(address, options);
      case PIPE -> PipeBinding.bind(address, options);
      case MEMORY -> MemoryBinding.bind(address, options);
      case CUSTOM -> throw nobodysOwn(address);
    };
  }

  private static UnsupportedOperationException nobodysOwn(IpcAddress address) {
    return new UnsupportedOperationException(
        address + " needs a TransportProvider that knows it; none is set");
  }
}
