package dev.strait.rpc;

final class FaultingFlowControlTest extends FlowControlTest {
  @Override
  Local local() {
    return Local.faulting();
  }
}
