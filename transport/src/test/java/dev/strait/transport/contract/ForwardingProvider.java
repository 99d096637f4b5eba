package dev.strait.transport.contract;

import dev.strait.transport.Binding;
import dev.strait.transport.ConnectAttempt;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Does what another provider does: a beginning for one whose links differ in something. */
public abstract class ForwardingProvider implements TransportProvider {
  private final TransportProvider inner;

  /** Stands in front of {@code inner}. */
  protected ForwardingProvider(TransportProvider inner) {
    this.inner = inner;
  }

  /** What stands in front of a link of the side that connected. */
  protected Link connected(Link link) {
    return link;
  }

  /** What stands in front of a link of the side that accepted. */
  protected Link accepted(Link link) {
    return link;
  }

  @Override
  public void requireSupport(IpcAddress address) {
    inner.requireSupport(address);
  }

  @Override
  public boolean identifiesPeers(IpcAddress address) {
    return inner.identifiesPeers(address);
  }

  @Override
  public Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    return connected(inner.connect(address, options, attempt));
  }

  @Override
  public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    Binding binding = inner.bind(address, options);
    return new Binding() {
      @Override
      public @Nullable Link accept() throws IOException {
        Link link = binding.accept();
        return link == null ? null : accepted(link);
      }

      @Override
      public void close() {
        binding.close();
      }
    };
  }
}
