package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * How much the peer may still send: what was granted, less what came. Grants follow what was
 * consumed, at least half a window at a time, so that small messages cost few WINDOW frames.
 * Thread-safe: what comes is counted by the reading role, what is consumed by any thread. Source:
 * SPEC.md, "Flow control".
 */
final class ReceiveCredit {
  private final long window;

  @GuardedBy("this")
  private long granted;

  @GuardedBy("this")
  private long received;

  @GuardedBy("this")
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

  /** Whether the peer has credit for so many bytes. */
  synchronized boolean covers(long bytes) {
    return bytes <= granted - received;
  }

  /** Counts bytes that nobody holds any more; whether {@link #limit} is to be announced. */
  synchronized boolean consume(long bytes) {
    consumed += bytes;
    if (consumed + window - granted < window / 2) {
      return false;
    }
    granted = consumed + window;
    return true;
  }

  /**
   * The limit to announce. It must be asked for in the step that decides about the frame's place
   * among others: of two threads the one with the lower limit might write last.
   */
  synchronized long limit() {
    return granted;
  }

  /** Bytes that came and are still held. */
  synchronized long held() {
    return received - consumed;
  }
}
