package dev.strait.rpc;

import dev.strait.transport.IpcAddress;

final class MemoryFourKindsTest extends FourKindsTest {
  @Override
  IpcAddress address() {
    return IpcAddress.of("memory:four-kinds");
  }
}
