package dev.strait.rpc;

final class PipeReadingTest extends ReadingTest {
  @Override
  Local local() {
    return Local.pipe();
  }
}
