package dev.strait.rpc;

/**
 * The states of a stream, seen from this side, with every legal move. An illegal one throws.
 * Source: SPEC.md, "Stream states".
 *
 * <pre>
 *                OPEN    LOCAL_END      REMOTE_END      REWIND    CLOSE
 * IDLE           OPEN    -              -               IDLE      CLOSED
 * OPEN           -       LOCAL_ENDED    REMOTE_ENDED    IDLE      CLOSED
 * LOCAL_ENDED    -       -              -               IDLE      CLOSED
 * REMOTE_ENDED   -       -              -               -         CLOSED
 * CLOSED         -       -              -               -         CLOSED
 * </pre>
 *
 * <p>Only the side that opened a stream ends it without closing it (a half-close), so no state has
 * both sides ended: the side that accepted it ends with CLOSE, which ends the stream.
 */
enum StreamState {
  /** Not on the wire yet. */
  IDLE,
  /** Both sides may send. */
  OPEN,
  /** We opened the stream and send no more messages. */
  LOCAL_ENDED,
  /** The peer opened the stream and sends no more messages. */
  REMOTE_ENDED,
  /** Over: closed or cancelled by either side, or its connection is gone. Final. */
  CLOSED;

  /** What can happen to a stream. */
  enum Event {
    OPEN,
    LOCAL_END,
    REMOTE_END,
    /** The peer did nothing for the stream: it may be opened again, on another connection. */
    REWIND,
    CLOSE
  }

  /**
   * The state after {@code event}.
   *
   * @throws IllegalStateException if the event is illegal in this state
   */
  StreamState after(Event event) {
    if (event == Event.CLOSE) {
      return CLOSED;
    }
    if (this == IDLE && event == Event.OPEN) {
      return OPEN;
    }
    if (this == OPEN && event == Event.LOCAL_END) {
      return LOCAL_ENDED;
    }
    if (this == OPEN && event == Event.REMOTE_END) {
      return REMOTE_ENDED;
    }
    if (event == Event.REWIND && (this == IDLE || this == OPEN || this == LOCAL_ENDED)) {
      return IDLE;
    }
    throw new IllegalStateException(event + " is illegal in state " + this);
  }
}
