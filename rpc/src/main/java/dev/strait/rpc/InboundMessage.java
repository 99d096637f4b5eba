package dev.strait.rpc;

import io.grpc.Detachable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/**
 * A message that arrived whole, as the stream from which a marshaller reads it. Its credit goes
 * back to the peer when it is delivered or dropped.
 */
final class InboundMessage extends ByteArrayInputStream implements Detachable, KnownLength {
  private final int credit;

  InboundMessage(byte[] bytes, int credit) {
    super(bytes);
    this.credit = credit;
  }

  private InboundMessage(byte[] bytes, int offset, int length) {
    super(bytes, offset, length);
    this.credit = 0;
  }

  /** The credit that is still held for it. */
  int credit() {
    return credit;
  }

  /** The bytes are the marshaller's own, so whoever detaches them need not copy. */
  @Override
  public InputStream detach() {
    InboundMessage rest = new InboundMessage(buf, pos, count - pos);
    pos = count;
    return rest;
  }

  int size() {
    return count;
  }
}
