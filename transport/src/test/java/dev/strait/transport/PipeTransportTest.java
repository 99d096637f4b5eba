package dev.strait.transport;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/** The contract, over named pipes. */
class PipeTransportTest extends OwnTransportContract {
  private static final AtomicInteger NAMES = new AtomicInteger();

  @TempDir Path directory;

  @Override
  protected IpcAddress freshAddress() {
    return IpcAddress.of("pipe:" + directory + "/" + NAMES.incrementAndGet());
  }

  @Override
  protected Path fileOf(IpcAddress address) {
    return Path.of(address.name(), "accept");
  }
}
