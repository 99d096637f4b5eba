package dev.strait.rpc;

final class MemoryWireErrorTest extends WireErrorTest {
  @Override
  Local local() {
    return Local.memory();
  }
}
