package dev.strait.transport;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The one place that makes sources of randomness. */
public final class Randoms {
  private Randoms() {}

  /** A fast source for jitter; nothing secret may depend on it. Thread-safe. */
  public static RandomGenerator jitter() {
    return () -> ThreadLocalRandom.current().nextLong();
  }

  /** Bytes that nobody can guess. Thread-safe. */
  static byte[] unpredictable(int count) {
    byte[] bytes = new byte[count];
    Secure.RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Made when it is first needed. */
  private static final class Secure {
    static final SecureRandom RANDOM = new SecureRandom();
  }
}
