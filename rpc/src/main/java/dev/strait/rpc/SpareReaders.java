package dev.strait.rpc;

/**
 * Bounds the threads that read for connections beside the first of each, because user code holds
 * others up: over all connections of a channel or server, and for each user. Thread-safe.
 */
class SpareReaders {
  private static final int BESIDE_HANDLERS = 1024;

  private final Quota threads;

  /**
   * @param most threads, in all
   * @param mostOfUser threads of one user
   */
  SpareReaders(int most, int mostOfUser) {
    this.threads = new Quota(most, mostOfUser);
  }

  /**
   * As many as handlers may run, and some for callbacks, filters, and handlers that have answered
   * and go on.
   *
   * @param handlers how many may run
   * @param byUser whether one user may have half of them only
   */
  static SpareReaders forHandlers(int handlers, boolean byUser) {
    int most = (int) Math.min(Integer.MAX_VALUE, (long) handlers + BESIDE_HANDLERS);
    return new SpareReaders(most, byUser ? most / 2 : most);
  }

  /**
   * One more for {@code on}, until it is {@linkplain #give given} back; false if there are too
   * many.
   */
  boolean take(Connection on) {
    return threads.take(on, 1) == null;
  }

  void give(Connection on) {
    threads.give(on, 1);
  }

  /** How many there are. */
  long taken() {
    return threads.taken();
  }
}
