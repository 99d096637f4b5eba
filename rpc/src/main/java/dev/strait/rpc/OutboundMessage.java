package dev.strait.rpc;

import org.jspecify.annotations.Nullable;

/**
 * A serialised message on its way out, and how much of it is framed already. Its bytes may be the
 * beginning of a larger array.
 */
final class OutboundMessage {
  final byte[] bytes;
  final int length;
  int framed;
  boolean begun;
  @Nullable OutboundMessage next; // in the queue of its stream

  OutboundMessage(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  int remaining() {
    return length - framed;
  }

  /** Makes ready to be sent again; how many bytes more that are than were left. */
  int rewind() {
    int again = framed;
    framed = 0;
    begun = false;
    return again;
  }
}
