package dev.strait.rpc;

final class UnixReadingTest extends ReadingTest {
  @Override
  Local local() {
    return Local.unix();
  }
}
