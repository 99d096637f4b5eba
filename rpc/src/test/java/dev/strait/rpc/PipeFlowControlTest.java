package dev.strait.rpc;

final class PipeFlowControlTest extends FlowControlTest {
  @Override
  Local local() {
    return Local.pipe();
  }
}
