package dev.strait.rpc;

final class FaultingReadingTest extends ReadingTest {
  @Override
  Local local() {
    return Local.faulting();
  }

  @Override
  boolean readsMuchAtOnce() {
    return false;
  }
}
