package dev.strait.framing;

import java.io.IOException;

/** The peer sent what the framing does not allow. The connection cannot go on. */
public class FrameException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says what was expected, what came and the limit. */
  public FrameException(String message) {
    super(message);
  }
}
