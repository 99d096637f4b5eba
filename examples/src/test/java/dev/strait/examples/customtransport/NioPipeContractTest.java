package dev.strait.examples.customtransport;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.strait.transport.IpcAddress;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.Transports;
import dev.strait.transport.contract.TransportContract;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A transport of one's own is tested like this, and by what is particular to it. */
final class NioPipeContractTest extends TransportContract {
  private final NioPipeProvider provider = new NioPipeProvider();
  private final AtomicInteger names = new AtomicInteger();

  @Override
  protected TransportProvider provider() {
    return provider;
  }

  @Override
  protected IpcAddress freshAddress() {
    return NioPipeProvider.address("contract-" + names.incrementAndGet());
  }

  @Override
  protected boolean reachesOtherProcesses() {
    return false;
  }

  @Test
  void addressesOfOthersAreRefused() {
    TransportOptions options = TransportOptions.DEFAULTS.withProvider(provider);
    for (IpcAddress other :
        new IpcAddress[] {IpcAddress.of("memory:x"), IpcAddress.custom("nio", "x")}) {
      assertThrows(
          UnsupportedOperationException.class, () -> Transports.connecting(other, options));
    }
  }
}
