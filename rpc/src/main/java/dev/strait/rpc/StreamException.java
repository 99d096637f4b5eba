package dev.strait.rpc;

import io.grpc.Status;

/** A fault of the peer, or a limit that is reached, that ends one stream only. */
final class StreamException extends Exception {
  private static final long serialVersionUID = 1;

  private final CancelCode code;
  private final transient Status status;
  private final boolean limit;

  StreamException(CancelCode code, String message) {
    this(
        code,
        code.status().withDescription(message),
        code == CancelCode.LIMIT_EXCEEDED || code == CancelCode.FLOW_CONTROL_ERROR);
  }

  /** There is no room for a call, which may be made again. */
  static StreamException noRoom(String message) {
    CancelCode code = CancelCode.NOT_PROCESSED;
    return new StreamException(code, code.status().withDescription(message), true);
  }

  /** For a stream that is not on the wire yet, with the status that its caller gets. */
  StreamException(Status status) {
    this(CancelCode.CANCELLED, status, false);
  }

  private StreamException(CancelCode code, Status status, boolean limit) {
    super(status.getDescription(), null, false, false);
    this.code = code;
    this.status = status;
    this.limit = limit;
  }

  /** Whether the peer was held to a limit. */
  boolean isALimit() {
    return limit;
  }

  CancelCode code() {
    return code;
  }

  /** What the caller sees. */
  Status status() {
    return status;
  }

  String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
