package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the fields of a frame's data, each checked against what is there. */
final class Fields {
  private Fields() {}

  static int u8(ByteBuffer in, String what) throws StreamException {
    need(in, 1, what);
    return in.get() & 0xff;
  }

  static int u16(ByteBuffer in, String what) throws StreamException {
    need(in, 2, what);
    return in.getShort() & 0xffff;
  }

  static int i32(ByteBuffer in, String what) throws StreamException {
    need(in, 4, what);
    return in.getInt();
  }

  static long i64(ByteBuffer in, String what) throws StreamException {
    need(in, 8, what);
    return in.getLong();
  }

  /** A u32 length, of which so many bytes must follow. */
  static int length(ByteBuffer in, String what) throws StreamException {
    int length = i32(in, what);
    if (length < 0 || length > in.remaining()) {
      throw malformed(what, Integer.toUnsignedString(length), in);
    }
    return length;
  }

  /** A text of {@code length} bytes in UTF-8; what is not UTF-8 is replaced. */
  static String text(ByteBuffer in, int length, String what) throws StreamException {
    need(in, length, what);
    if (length == 0) {
      return "";
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static void need(ByteBuffer in, int bytes, String what) throws StreamException {
    if (in.remaining() < bytes) {
      throw malformed(what, Integer.toString(bytes), in);
    }
  }

  private static StreamException malformed(String what, String bytes, ByteBuffer in) {
    return new StreamException(
        CancelCode.PROTOCOL_ERROR,
        "malformed " + what + ": a field of " + bytes + " bytes, " + in.remaining() + " are left");
  }
}
