package dev.strait.rpc;

import dev.strait.framing.FrameException;

/** The peer broke the protocol in a way that ends the connection. */
final class WireException extends FrameException {
  private static final long serialVersionUID = 1;

  private final GoAwayReason reason;

  WireException(GoAwayReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  GoAwayReason reason() {
    return reason;
  }
}
