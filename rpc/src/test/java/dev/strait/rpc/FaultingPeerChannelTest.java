package dev.strait.rpc;

final class FaultingPeerChannelTest extends PeerChannelTest {
  @Override
  Local local() {
    return Local.faulting();
  }
}
