package dev.strait.rpc;

final class MemoryFlowControlTest extends FlowControlTest {
  @Override
  Local local() {
    return Local.memory();
  }
}
