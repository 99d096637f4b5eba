package dev.strait.rpc;

/** A serialised message on its way out, and how much of it is framed already. */
final class OutboundMessage {
  final byte[] bytes;
  int framed;
  boolean begun;

  OutboundMessage(byte[] bytes) {
    this.bytes = bytes;
  }

  int remaining() {
    return bytes.length - framed;
  }

  /** Makes ready to be sent again; how many bytes more that are than were left. */
  int rewind() {
    int again = framed;
    framed = 0;
    begun = false;
    return again;
  }
}
