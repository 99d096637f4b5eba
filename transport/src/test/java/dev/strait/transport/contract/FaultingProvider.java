package dev.strait.transport.contract;

import dev.strait.transport.Link;
import dev.strait.transport.TransportProvider;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Another provider, whose links go wrong as {@link Faults} say, on both sides. */
public final class FaultingProvider extends ForwardingProvider {
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
    super(inner);
    this.faults = faults;
  }

  private static Supplier<Faults> numbered(Faults faults) {
    AtomicLong links = new AtomicLong();
    return () -> faults.withSeed(faults.seed() + links.incrementAndGet());
  }

  @Override
  protected Link connected(Link link) {
    return new FaultingLink(link, faults.get());
  }

  @Override
  protected Link accepted(Link link) {
    return new FaultingLink(link, faults.get());
  }
}
