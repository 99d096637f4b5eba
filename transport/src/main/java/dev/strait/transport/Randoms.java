package dev.strait.transport;

import java.security.SecureRandom;

/** The one place of this package that makes randomness. */
final class Randoms {
  private Randoms() {}

  /** Bytes that nobody can guess. Thread-safe. */
  static byte[] unpredictable(int count) {
    byte[] bytes = new byte[count];
    Holder.RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Made when it is first needed. */
  private static final class Holder {
    static final SecureRandom RANDOM = new SecureRandom();
  }
}
