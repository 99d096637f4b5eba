package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.transport.BufferPool;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves more, or fewer, pooled buffers lent than it found. */
final class NoLeakedBuffers implements BeforeEachCallback, AfterEachCallback {
  private int before;

  @Override
  public void beforeEach(ExtensionContext context) {
    before = BufferPool.shared().outstanding();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertEquals(before, BufferPool.shared().outstanding(), "pooled buffers lent");
  }
}
