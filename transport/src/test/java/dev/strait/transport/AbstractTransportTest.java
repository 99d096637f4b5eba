package dev.strait.transport;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The contract, over an abstract name. */
@EnabledOnOs(OS.LINUX)
class AbstractTransportTest extends OwnTransportContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  @Override
  protected IpcAddress freshAddress() {
    return IpcAddress.of(
        "unix-abstract:strait-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
  }
}
