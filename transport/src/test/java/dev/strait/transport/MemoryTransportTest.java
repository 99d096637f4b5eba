package dev.strait.transport;

import java.util.concurrent.atomic.AtomicInteger;

/** The contract, in process. */
class MemoryTransportTest extends TransportContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  @Override
  IpcAddress freshAddress() {
    return IpcAddress.of("memory:contract-" + NAMES.incrementAndGet());
  }
}
