package dev.strait.rpc;

import io.grpc.Status;

/** Why a stream was reset. Source: SPEC.md, "CANCEL". */
enum CancelCode {
  CANCELLED(0, Status.Code.CANCELLED),
  /** The receiver did nothing for this call and never will: it may be made again. */
  NOT_PROCESSED(1, Status.Code.UNAVAILABLE),
  PROTOCOL_ERROR(2, Status.Code.INTERNAL),
  FLOW_CONTROL_ERROR(3, Status.Code.INTERNAL),
  LIMIT_EXCEEDED(4, Status.Code.RESOURCE_EXHAUSTED),
  DEADLINE_EXCEEDED(5, Status.Code.DEADLINE_EXCEEDED),
  INTERNAL_ERROR(6, Status.Code.INTERNAL);

  private static final CancelCode[] BY_CODE = values();

  private final int code;
  private final Status.Code status;

  CancelCode(int code, Status.Code status) {
    this.code = code;
    this.status = status;
  }

  int code() {
    return code;
  }

  /** What a caller sees when its call is reset with this code. */
  Status status() {
    return status.toStatus();
  }

  /** The code with this number; one that this version does not know counts as an internal error. */
  static CancelCode of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : INTERNAL_ERROR;
  }
}
