package dev.strait.rpc;

import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;

/**
 * A message that arrived whole, as the stream from which a marshaller reads it. Its credit goes
 * back to the peer when it is delivered or dropped.
 */
final class InboundMessage extends ByteArrayInputStream implements KnownLength {
  private final int credit;

  InboundMessage(byte[] bytes, int credit) {
    super(bytes);
    this.credit = credit;
  }

  /** The credit that is still held for it. */
  int credit() {
    return credit;
  }

  int size() {
    return count;
  }
}
