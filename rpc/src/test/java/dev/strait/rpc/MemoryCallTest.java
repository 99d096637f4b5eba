package dev.strait.rpc;

final class MemoryCallTest extends CallTest {
  @Override
  Local local() {
    return Local.memory();
  }
}
