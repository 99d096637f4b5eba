package dev.strait.rpc;

final class UnixCallTest extends CallTest {
  @Override
  Local local() {
    return Local.unix();
  }
}
