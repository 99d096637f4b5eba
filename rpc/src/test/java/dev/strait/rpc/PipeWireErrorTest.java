package dev.strait.rpc;

final class PipeWireErrorTest extends WireErrorTest {
  @Override
  Local local() {
    return Local.pipe();
  }
}
