package dev.strait.rpc;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The one place that makes sources of randomness. */
final class Randoms {
  private Randoms() {}

  /** A fast source for jitter; nothing secret may depend on it. Thread-safe. */
  static RandomGenerator jitter() {
    return () -> ThreadLocalRandom.current().nextLong();
  }
}
