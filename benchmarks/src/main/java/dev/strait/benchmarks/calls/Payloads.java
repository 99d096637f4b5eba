package dev.strait.benchmarks.calls;

import com.google.protobuf.ByteString;
import dev.strait.benchmarks.proto.Payload;

/** What calls carry. */
final class Payloads {
  /** 64 bytes, as in all benchmarks of unary calls. */
  static final Payload SMALL = ofBytes(64);

  private Payloads() {}

  /** As large as {@link #SMALL}, for a handler that pauses so long. */
  static Payload pause(int millis) {
    byte[] data = new byte[SMALL.getData().size()];
    data[0] = (byte) millis;
    return Payload.newBuilder().setData(ByteString.copyFrom(data)).build();
  }

  static Payload ofBytes(int bytes) {
    return Payload.newBuilder().setData(ByteString.copyFrom(new byte[bytes])).build();
  }
}
