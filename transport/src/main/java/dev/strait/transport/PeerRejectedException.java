package dev.strait.transport;

import java.io.IOException;

/**
 * The security gate refused the peer. No byte of an application was sent to it or taken from it.
 */
public final class PeerRejectedException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says who was refused, where, and what was expected. */
  public PeerRejectedException(String message) {
    super(message);
  }
}
