package dev.strait.transport.contract;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
public final class Eventually {
  private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Eventually() {}

  /** The bound only turns a hang into a failure; it is no expectation. */
  public static void isTrue(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > HANG_NANOS) {
        throw new AssertionError("did not come true");
      }
      Thread.yield();
    }
  }
}
