package dev.strait.rpc;

final class UnixWireErrorTest extends WireErrorTest {
  @Override
  Local local() {
    return Local.unix();
  }
}
