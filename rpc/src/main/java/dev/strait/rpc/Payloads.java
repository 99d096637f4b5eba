package dev.strait.rpc;

import io.grpc.KnownLength;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/** Turns what a marshaller makes of a message into bytes. */
final class Payloads {
  private Payloads() {}

  /**
   * Reads all of {@code stream} and closes it. One that knows its length is asked for it and read
   * at once, which lets protobuf serialise straight into the array.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if it is larger than {@code maxBytes}
   */
  static OutboundMessage read(InputStream stream, int maxBytes) {
    try (stream) {
      if (stream instanceof KnownLength) {
        int length = stream.available();
        checkSize(length, maxBytes);
        byte[] bytes = LargeArrays.take(length);
        int filled = 0;
        while (filled < length) {
          int n = stream.read(bytes, filled, length - filled);
          if (n < 0) {
            throw Status.INTERNAL
                .withDescription("the message announced " + length + " bytes and has " + filled)
                .asRuntimeException();
          }
          filled += n;
        }
        return new OutboundMessage(bytes, length);
      }
      byte[] bytes = stream.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, maxBytes + 1L));
      checkSize(bytes.length, maxBytes);
      return new OutboundMessage(bytes, bytes.length);
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("the marshaller failed")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static void checkSize(int length, int maxBytes) {
    if (length > maxBytes) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("message too large " + length + " > " + maxBytes)
          .asRuntimeException();
    }
  }
}
