package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** {@link Hello} in protobuf's wire format, without a protobuf runtime. */
final class HelloCodec {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private HelloCodec() {}

  static void encode(Hello hello, ByteBuffer out) {
    out.put((byte) ((1 << 3) | FIXED32));
    out.putInt(Integer.reverseBytes(hello.magic()));
    putVarint(out, 2, hello.minVersion());
    putVarint(out, 3, hello.maxVersion());
    putVarint(out, 4, hello.maxMetadataBytes());
    putVarint(out, 5, hello.maxMessageBytes());
    putVarint(out, 6, hello.maxStreams());
    putVarint(out, 7, hello.maxMethods());
    putVarint(out, 8, hello.streamWindowBytes());
    putVarint(out, 9, hello.connectionWindowBytes());
    byte[] implementation = hello.implementation().getBytes(StandardCharsets.UTF_8);
    out.put((byte) ((11 << 3) | BYTES));
    putVarint(out, implementation.length);
    out.put(implementation);
  }

  /**
   * Reads a hello. Unknown fields are skipped, of a repeated one the last counts.
   *
   * @throws WireException if this is not a protobuf message
   */
  static Hello decode(ByteBuffer in) throws WireException {
    int magic = 0;
    long[] numbers = new long[10];
    String implementation = "";
    while (in.hasRemaining()) {
      long tag = varint(in);
      int field = (int) (tag >>> 3);
      switch ((int) tag & 7) {
        case VARINT -> {
          long value = varint(in);
          if (field >= 2 && field < numbers.length) {
            numbers[field] = value;
          }
        }
        case FIXED32 -> {
          int value = Integer.reverseBytes(need(in, 4).getInt());
          if (field == 1) {
            magic = value;
          }
        }
        case FIXED64 -> need(in, 8).getLong();
        case BYTES -> {
          long length = varint(in);
          if (length < 0 || length > in.remaining()) {
            throw malformed("a field of " + length + " bytes, " + in.remaining() + " are left");
          }
          byte[] value = new byte[(int) length];
          in.get(value);
          if (field == 11) {
            implementation = new String(value, StandardCharsets.UTF_8);
          }
        }
        default -> throw malformed("wire type " + (tag & 7));
      }
    }
    return new Hello(
        magic,
        toInt(numbers[2]),
        toInt(numbers[3]),
        toInt(numbers[4]),
        toInt(numbers[5]),
        toInt(numbers[6]),
        toInt(numbers[7]),
        numbers[8],
        numbers[9],
        implementation);
  }

  /** Limits beyond what this side counts in are as good as the largest it counts in. */
  private static int toInt(long value) {
    return value < 0 || value > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) value;
  }

  private static void putVarint(ByteBuffer out, int field, long value) {
    out.put((byte) ((field << 3) | VARINT));
    putVarint(out, value);
  }

  private static void putVarint(ByteBuffer out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.put((byte) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  private static long varint(ByteBuffer in) throws WireException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = need(in, 1).get();
      value |= ((long) (next & 0x7f)) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number of more than ten bytes");
  }

  private static ByteBuffer need(ByteBuffer in, int bytes) throws WireException {
    if (in.remaining() < bytes) {
      throw malformed("it ends inside a field");
    }
    return in;
  }

  private static WireException malformed(String what) {
    return new WireException(GoAwayReason.PROTOCOL_ERROR, "malformed HELLO: " + what);
  }
}
