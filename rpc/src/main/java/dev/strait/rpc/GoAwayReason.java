package dev.strait.rpc;

/** Why a connection goes away. Source: SPEC.md, "GO_AWAY". */
enum GoAwayReason {
  SHUTDOWN(0),
  PROTOCOL_ERROR(1),
  VERSION_MISMATCH(2),
  FLOW_CONTROL_ERROR(3),
  FRAME_TOO_LARGE(4),
  LIMIT_EXCEEDED(5),
  HANDSHAKE_TIMEOUT(6),
  KEEPALIVE_TIMEOUT(7),
  IDLE(8),
  MAX_AGE(9),
  INTERNAL_ERROR(10);

  private static final GoAwayReason[] BY_CODE = values();

  private final int code;

  GoAwayReason(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Whether a side has made a mistake, or is taken for dead. */
  boolean isAFault() {
    return this != SHUTDOWN && this != IDLE && this != MAX_AGE;
  }

  /** Whether a peer was held to a limit. */
  boolean isALimit() {
    return this == LIMIT_EXCEEDED
        || this == FRAME_TOO_LARGE
        || this == FLOW_CONTROL_ERROR
        || this == HANDSHAKE_TIMEOUT;
  }

  /** The reason with this code; one that this version does not know counts as an internal error. */
  static GoAwayReason of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : INTERNAL_ERROR;
  }
}
