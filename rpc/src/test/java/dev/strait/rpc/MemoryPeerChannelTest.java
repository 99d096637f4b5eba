package dev.strait.rpc;

final class MemoryPeerChannelTest extends PeerChannelTest {
  @Override
  Local local() {
    return Local.memory();
  }
}
