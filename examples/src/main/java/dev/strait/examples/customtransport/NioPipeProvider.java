package dev.strait.examples.customtransport;

import dev.strait.transport.Binding;
import dev.strait.transport.ConnectAttempt;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Servers and clients that share this provider, in one process: each connection is two pipes of the
 * kernel. Its addresses are {@link #address}.
 */
public final class NioPipeProvider implements TransportProvider {
  private final ConcurrentHashMap<IpcAddress, NioPipeBinding> served = new ConcurrentHashMap<>();

  /** What a server of this name is reached by. */
  public static IpcAddress address(String name) {
    return IpcAddress.custom("nio-pipe", name);
  }

  @Override
  public void requireSupport(IpcAddress address) {
    if (!address.equals(address(address.name()))) {
      throw new UnsupportedOperationException(address + " is none of nio-pipe:name");
    }
  }

  /** A pipe says nothing about who holds its other end; here that can only be this process. */
  @Override
  public boolean identifiesPeers(IpcAddress address) {
    return false;
  }

  @Override
  public Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    while (true) {
      NioPipeBinding binding = served.get(address);
      if (binding == null) {
        throw new ConnectException("nobody serves " + address);
      }
      Link link = binding.connect();
      if (link != null) {
        return link;
      }
      // The backlog is full. This throws when the time is up, or nobody wants the link any more.
      attempt.pause(null);
    }
  }

  @Override
  public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    NioPipeBinding binding = new NioPipeBinding(address, options.backlog(), served);
    if (served.putIfAbsent(address, binding) != null) {
      throw new BindException(address + " is in use");
    }
    return binding;
  }
}
