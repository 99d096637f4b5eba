package dev.strait.rpc;

final class FaultingCallTest extends CallTest {
  @Override
  Local local() {
    return Local.faulting();
  }
}
