package dev.strait.rpc;

import io.grpc.Status;

/** A fault of the peer, or a limit that is reached, that ends one stream only. */
final class StreamException extends Exception {
  private static final long serialVersionUID = 1;

  private final CancelCode code;
  private final transient Status status;

  StreamException(CancelCode code, String message) {
    this(code, code.status().withDescription(message));
  }

  /** For a stream that is not on the wire yet, with the status that its caller gets. */
  StreamException(Status status) {
    this(CancelCode.CANCELLED, status);
  }

  private StreamException(CancelCode code, Status status) {
    super(status.getDescription(), null, false, false);
    this.code = code;
    this.status = status;
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
