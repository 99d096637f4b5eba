package dev.strait.transport.simulation;

import dev.strait.transport.Binding;
import dev.strait.transport.ConnectAttempt;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Another provider, for use in a simulation: others may have a turn at each reading or writing. */
public final class SteppingProvider implements TransportProvider {
  private final TransportProvider inner;
  private final Simulation simulation;

  /** Stands in front of {@code inner}, which waits by the ticker of its options only. */
  public SteppingProvider(TransportProvider inner, Simulation simulation) {
    this.inner = inner;
    this.simulation = simulation;
  }

  @Override
  public boolean identifiesPeers(IpcAddress address) {
    return inner.identifiesPeers(address);
  }

  @Override
  public Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    simulation.step();
    return new SteppingLink(inner.connect(address, options, attempt));
  }

  @Override
  public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    Binding binding = inner.bind(address, options);
    return new Binding() {
      @Override
      public @Nullable Link accept() throws IOException {
        Link link = binding.accept();
        simulation.step();
        return link == null ? null : new SteppingLink(link);
      }

      @Override
      public void close() {
        binding.close();
      }
    };
  }

  private final class SteppingLink extends ForwardingLink {
    SteppingLink(Link inner) {
      super(inner);
    }

    @Override
    public PeerCredentials credentials() throws IOException {
      simulation.step();
      return super.credentials();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      simulation.step();
      return super.read(target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      simulation.step();
      return super.write(source);
    }
  }
}
