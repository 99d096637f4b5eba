package dev.strait.rpc;

import dev.strait.transport.IpcAddress;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class AbstractFourKindsTest extends FourKindsTest {
  @Override
  IpcAddress address() {
    return IpcAddress.of("unix-abstract:strait-four-kinds-" + ProcessHandle.current().pid());
  }
}
