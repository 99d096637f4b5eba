package dev.strait.transport.simulation;

import dev.strait.transport.ConnectAttempt;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import dev.strait.transport.PeerCredentials;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.ForwardingLink;
import dev.strait.transport.contract.ForwardingProvider;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Another provider, for use in a simulation: others may have a turn at each reading or writing. */
public final class SteppingProvider extends ForwardingProvider {
  private final Simulation simulation;

  /** Stands in front of {@code inner}, which waits by the ticker of its options only. */
  public SteppingProvider(TransportProvider inner, Simulation simulation) {
    super(inner);
    this.simulation = simulation;
  }

  @Override
  public Link connect(IpcAddress address, TransportOptions options, ConnectAttempt attempt)
      throws IOException {
    simulation.step();
    return super.connect(address, options, attempt);
  }

  @Override
  protected Link connected(Link link) {
    return new SteppingLink(link);
  }

  @Override
  protected Link accepted(Link link) {
    simulation.step();
    return new SteppingLink(link);
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
