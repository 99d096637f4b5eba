package dev.strait.rpc;

final class PipePeerChannelTest extends PeerChannelTest {
  @Override
  Local local() {
    return Local.pipe();
  }
}
