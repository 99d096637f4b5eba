package dev.strait.rpc;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a few large arrays of messages that were read, for messages to come: a fresh one is cleared
 * first, lies nowhere in the processor's caches, and is humongous to the collector. What is kept is
 * bounded for the whole process.
 *
 * <p>Thread-safe and lock-free.
 */
final class LargeArrays {
  /** Smaller ones are allocated. */
  static final int MIN_BYTES = 16 * 1024;

  /** Larger ones are left to the collector. */
  static final int MAX_BYTES = 2 * 1024 * 1024;

  private static final int KEPT = 4;
  private static final AtomicReferenceArray<byte @Nullable []> kept =
      new AtomicReferenceArray<>(KEPT);

  private LargeArrays() {}

  /** An array of at least so many bytes, whatever is in them. The caller owns it. */
  static byte[] take(int bytes) {
    return take(bytes, bytes);
  }

  /** An array of so many bytes that is there already, or else a fresh one of fewer. */
  static byte[] take(int bytes, int fresh) {
    if (bytes >= MIN_BYTES && bytes <= MAX_BYTES) {
      for (int slot = 0; slot < KEPT; slot++) {
        byte[] found = kept.get(slot);
        if (found != null && fits(found, bytes) && kept.compareAndSet(slot, found, null)) {
          return found;
        }
      }
    }
    return new byte[fresh];
  }

  /** Also not too large: a message that waits would hold it, and a larger one find none. */
  private static boolean fits(byte[] found, int bytes) {
    return found.length >= bytes && found.length / 4 <= bytes;
  }

  /** Takes over an array that nobody uses any more, in place of a smaller one if need be. */
  static void give(byte[] array) {
    if (array.length < MIN_BYTES || array.length > MAX_BYTES) {
      return;
    }
    for (int slot = 0; slot < KEPT; slot++) {
      byte[] there = kept.get(slot);
      if ((there == null || there.length < array.length)
          && kept.compareAndSet(slot, there, array)) {
        return;
      }
    }
  }
}
