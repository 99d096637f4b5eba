package dev.strait.rpc;

/** The peer broke the protocol, or a limit, in a way that ends one stream only. */
final class StreamException extends Exception {
  private static final long serialVersionUID = 1;

  private final CancelCode code;

  StreamException(CancelCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  CancelCode code() {
    return code;
  }

  String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
