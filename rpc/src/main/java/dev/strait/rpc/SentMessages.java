package dev.strait.rpc;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a call that were sent, kept to be sent again on another connection should the
 * peer turn out not to have processed the call: until it answers, and up to {@link #MAX_BYTES}.
 * Guarded by the stream.
 */
final class SentMessages {
  /**
   * A call that has sent more and is not answered is not made again. So little, because every call
   * that is open may hold it, one-way calls until their handler is done.
   */
  static final int MAX_BYTES = 64 * 1024;

  // One message, as unary calls have, takes no queue.
  private @Nullable OutboundMessage first;
  private @Nullable Deque<OutboundMessage> others;
  private long bytes;
  private boolean complete = true;

  /** Keeps a message; false if it is not needed. */
  boolean add(OutboundMessage message) {
    if (!complete) {
      return false;
    }
    bytes += message.length;
    if (bytes > MAX_BYTES) {
      forget();
      return false;
    }
    if (first == null) {
      first = message;
    } else {
      others = others == null ? new ArrayDeque<>() : others;
      others.add(message);
    }
    return true;
  }

  /** Keeps nothing any more. */
  void forget() {
    complete = false;
    first = null;
    others = null;
  }

  /** Whether all that was sent is here. */
  boolean isComplete() {
    return complete;
  }

  /** Takes the message that was sent last; null if there is none left. */
  @Nullable OutboundMessage takeLast() {
    OutboundMessage last = others == null ? null : others.pollLast();
    if (last == null) {
      last = first;
      first = null;
    }
    bytes -= last == null ? 0 : last.length;
    return last;
  }
}
