package dev.strait.transport;

import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. The tests' timeout is the bound. */
final class Eventually {
  private Eventually() {}

  static void isTrue(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.yield();
    }
  }
}
