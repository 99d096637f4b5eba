package dev.strait.framing;

import java.io.IOException;

/**
 * What came from the peer is not what the framing allows. Nothing that follows on the stream can be
 * trusted, so the connection cannot go on. Source: SPEC.md, "Frames".
 */
public class FrameException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says what was expected, what came and the limit. */
  public FrameException(String message) {
    super(message);
  }

  FrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
