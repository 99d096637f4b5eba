package dev.strait.transport;

/**
 * The states of a {@link Transport}, with every legal move. An illegal one throws.
 *
 * <pre>
 *                 CONNECT      OPENED      FAIL     DRAIN      CLOSE
 * DISCONNECTED    CONNECTING   -           -        -          CLOSED
 * CONNECTING      -            CONNECTED   FAILED   -          CLOSED
 * CONNECTED       -            -           FAILED   DRAINING   CLOSED
 * DRAINING        -            -           FAILED   -          CLOSED
 * FAILED          CONNECTING   -           -        -          CLOSED
 * CLOSED          -            -           -        -          CLOSED
 * </pre>
 */
public enum TransportState {
  /** Not connected yet. Left by connect or close. */
  DISCONNECTED,
  /**
   * Looking for the peer, or (accepted) waiting for the gate. Left by success, failure or close.
   */
  CONNECTING,
  /** Bytes flow. Left by failure, disconnect or close. */
  CONNECTED,
  /** Takes no more writes and sends what was accepted. Left by failure or close. */
  DRAINING,
  /** The attempt or the stream failed. A connecting transport may connect again. */
  FAILED,
  /** Over. Final. */
  CLOSED;

  /** What can happen to a transport. */
  enum Event {
    CONNECT,
    OPENED,
    FAIL,
    DRAIN,
    CLOSE
  }

  /**
   * The state after {@code event}.
   *
   * @throws IllegalStateException if the event is illegal in this state
   */
  TransportState after(Event event) {
    return switch (event) {
      case CONNECT -> move(event, CONNECTING, this == DISCONNECTED || this == FAILED);
      case OPENED -> move(event, CONNECTED, this == CONNECTING);
      case FAIL -> move(event, FAILED, this == CONNECTING || this == CONNECTED || this == DRAINING);
      case DRAIN -> move(event, DRAINING, this == CONNECTED);
      case CLOSE -> CLOSED;
    };
  }

  private TransportState move(Event event, TransportState to, boolean legal) {
    if (!legal) {
      throw new IllegalStateException(event + " is illegal in state " + this);
    }
    return to;
  }
}
