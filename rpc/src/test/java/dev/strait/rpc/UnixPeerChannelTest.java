package dev.strait.rpc;

final class UnixPeerChannelTest extends PeerChannelTest {
  @Override
  Local local() {
    return Local.unix();
  }
}
