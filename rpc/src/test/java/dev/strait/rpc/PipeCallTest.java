package dev.strait.rpc;

import org.jspecify.annotations.Nullable;

final class PipeCallTest extends CallTest {
  @Override
  Local local() {
    return Local.pipe();
  }

  @Override
  @Nullable Long expectedUid() {
    return null;
  }
}
