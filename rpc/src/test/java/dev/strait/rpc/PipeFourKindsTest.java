package dev.strait.rpc;

import dev.strait.transport.IpcAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class PipeFourKindsTest extends FourKindsTest {
  @TempDir private Path directory;

  @Override
  IpcAddress address() {
    return IpcAddress.of("pipe:" + directory.resolve("echo"));
  }
}
