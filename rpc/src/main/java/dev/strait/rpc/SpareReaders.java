package dev.strait.rpc;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the threads that read for connections beside the first of each, because user code holds
 * others up: over all connections of a channel or server. Thread-safe.
 */
class SpareReaders {
  private final int most;
  private final AtomicInteger taken = new AtomicInteger();

  SpareReaders(int most) {
    this.most = most;
  }

  /**
   * As many as handlers may run, and some for callbacks, filters, and handlers that have answered
   * and go on.
   */
  static SpareReaders forHandlers(int running) {
    return new SpareReaders((int) Math.min(Integer.MAX_VALUE, running + 1024L));
  }

  /** One more, until it is {@linkplain #give given} back; false if there are too many. */
  boolean take() {
    if (taken.incrementAndGet() > most) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }

  void give() {
    taken.decrementAndGet();
  }

  /** How many there are. */
  int taken() {
    return taken.get();
  }
}
