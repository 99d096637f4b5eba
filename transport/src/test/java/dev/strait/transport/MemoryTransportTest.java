package dev.strait.transport;

import java.util.concurrent.atomic.AtomicInteger;

/** The contract, in process. */
class MemoryTransportTest extends OwnTransportContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  @Override
  protected IpcAddress freshAddress() {
    return IpcAddress.of("memory:contract-" + NAMES.incrementAndGet());
  }

  @Override
  protected boolean reachesOtherProcesses() {
    return false;
  }
}
