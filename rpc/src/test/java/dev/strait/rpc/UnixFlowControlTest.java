package dev.strait.rpc;

final class UnixFlowControlTest extends FlowControlTest {
  @Override
  Local local() {
    return Local.unix();
  }
}
