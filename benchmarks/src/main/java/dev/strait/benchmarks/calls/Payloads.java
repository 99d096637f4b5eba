package dev.strait.benchmarks.calls;

import com.google.protobuf.ByteString;
import dev.strait.benchmarks.proto.Payload;

/** What calls carry. */
final class Payloads {
  /** 64 bytes, as in all benchmarks of unary calls. */
  static final Payload SMALL = ofBytes(64);

  private Payloads() {}

  static Payload ofBytes(int bytes) {
    return Payload.newBuilder().setData(ByteString.copyFrom(new byte[bytes])).build();
  }
}
