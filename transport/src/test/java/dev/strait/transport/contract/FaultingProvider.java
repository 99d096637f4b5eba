package dev.strait.transport.contract;

import dev.strait.transport.Binding;
import dev.strait.transport.ConnectAttempt;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Link;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Another provider, whose links go wrong as {@link Faults} say, on both sides. */
public final class FaultingProvider implements TransportProvider {
  private final TransportProvider inner;
  private final Supplier<Faults> faults;

  /** Stands in front of {@code inner}; every link has faults of the same kind. */
  public FaultingProvider(TransportProvider inner, Faults faults) {
    this(inner, numbered(faults));
  }

  /**
   * Stands in front of {@code inner}.
   *
   * @param faults of the next link
   */
  public FaultingProvider(TransportProvider inner, Supplier<Faults> faults) {
    this.inner = inner;
    this.faults = faults;
  }

  private static Supplier<Faults> numbered(Faults faults) {
    AtomicLong links = new AtomicLong();
    return () -> faults.withSeed(faults.seed() + links.incrementAndGet());
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
    return faulting(inner.connect(address, options, attempt));
  }

  @Override
  public Binding bind(IpcAddress address, TransportOptions options) throws IOException {
    Binding binding = inner.bind(address, options);
    return new Binding() {
      @Override
      public @Nullable Link accept() throws IOException {
        Link link = binding.accept();
        return link == null ? null : faulting(link);
      }

      @Override
      public void close() {
        binding.close();
      }
    };
  }

  private Link faulting(Link link) {
    return new FaultingLink(link, faults.get());
  }
}
