package dev.strait.rpc;

/**
 * How much the peer may still send: what was granted, less what came. Grants follow what was
 * consumed, at least half a window at a time, so that small messages cost few WINDOW frames.
 * Thread-safe: what comes is counted by the reading role, what is consumed by any thread. Source:
 * SPEC.md, "Flow control".
 */
final class ReceiveCredit {
  /** {@link #consume} has nothing to announce. */
  static final long NOTHING = -1;

  private final long window;
  private long granted;
  private long received;
  private long consumed;

  ReceiveCredit(long window) {
    this.window = window;
    this.granted = window;
  }

  /** Counts bytes that came; false if the peer had no credit for them. */
  synchronized boolean receive(long bytes) {
    if (bytes > granted - received) {
      return false;
    }
    received += bytes;
    return true;
  }

  /** Counts bytes that nobody holds any more; the new limit to announce, or {@link #NOTHING}. */
  synchronized long consume(long bytes) {
    consumed += bytes;
    if (consumed + window - granted < window / 2) {
      return NOTHING;
    }
    granted = consumed + window;
    return granted;
  }

  /** Bytes that came and are still held. */
  synchronized long held() {
    return received - consumed;
  }
}
