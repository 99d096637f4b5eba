package dev.strait.rpc;

final class MemoryReadingTest extends ReadingTest {
  @Override
  Local local() {
    return Local.memory();
  }
}
