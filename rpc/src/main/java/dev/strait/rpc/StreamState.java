package dev.strait.rpc;

/**
 * The states of a stream, seen from this side, with every legal move. An illegal one throws.
 * Source: SPEC.md, "Stream states".
 *
 * <pre>
 *                OPEN    LOCAL_END      REMOTE_END      REWIND    CLOSE     RESET
 * IDLE           OPEN    -              -               IDLE      -         RESET
 * OPEN           -       LOCAL_ENDED    REMOTE_ENDED    IDLE      CLOSED    RESET
 * LOCAL_ENDED    -       -              -               IDLE      CLOSED    RESET
 * REMOTE_ENDED   -       -              -               -         CLOSED    RESET
 * CLOSED         -       -              -               -         CLOSED    CLOSED
 * RESET          -       -              -               -         RESET     RESET
 * </pre>
 *
 * <p>Only the side that opened a stream ends it without closing it (a half-close), so no state has
 * both sides ended: the side that accepted it ends with CLOSE, which ends the stream.
 *
 * <p>What a frame that comes does is decided by this state and by who opened the stream. D: it is
 * delivered; I: it is ignored; R: the stream is reset, the connection goes on; X: the connection
 * ends. R and X are PROTOCOL_ERROR here; credit and limits have codes of their own. Flags that
 * contradict each other are R where a MESSAGE would be D.
 *
 * <pre>
 *                          opened by this side          opened by the peer              any that   never
 *                          OPEN or       in a           OPEN   in a       REMOTE_ENDED  is over    opened
 *                          LOCAL_ENDED   message               message
 * OPEN                     X             X              X      X          X             X          D, ours X
 * HEADERS                  D, once       R              R      R          R             I          X
 * MESSAGE                  D             R              D      R          R             I          X
 * MESSAGE CONTINUED        R             D              R      D          R             I          X
 * MESSAGE END, or END      R             R              D      R          R             I          X
 * MESSAGE CONTINUED END    R             R              R      D          R             I          X
 * CLOSE                    D             D              R      R          R             I          X
 * CANCEL, WINDOW           D             D              D      D          D             I          X
 * 0x80 to 0xbf             I             I              I      I          I             I          I
 * all others               X             X              X      X          X             X          X
 * </pre>
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
  /** Over in order: its CLOSE was sent, or came. Final. */
  CLOSED,
  /** Over otherwise: cancelled by either side, or its connection is gone. Final. */
  RESET;

  /** What can happen to a stream. */
  enum Event {
    OPEN,
    LOCAL_END,
    REMOTE_END,
    /** The peer did nothing for the stream: it may be opened again, on another connection. */
    REWIND,
    CLOSE,
    RESET
  }

  /**
   * The state after {@code event}.
   *
   * @throws IllegalStateException if the event is illegal in this state
   */
  StreamState after(Event event) {
    StreamState next =
        switch (event) {
          case OPEN -> this == IDLE ? OPEN : null;
          case LOCAL_END -> this == OPEN ? LOCAL_ENDED : null;
          case REMOTE_END -> this == OPEN ? REMOTE_ENDED : null;
          case REWIND -> isOver() || this == REMOTE_ENDED ? null : IDLE;
          case CLOSE -> isOver() ? this : this == IDLE ? null : CLOSED;
          case RESET -> isOver() ? this : RESET;
        };
    if (next == null) {
      throw new IllegalStateException(event + " is illegal in state " + this);
    }
    return next;
  }

  /** Whether nothing more is sent or taken. */
  boolean isOver() {
    return this == CLOSED || this == RESET;
  }

  /** Whether messages may still come. */
  boolean peerMaySend() {
    return this == OPEN || this == LOCAL_ENDED;
  }
}
