package dev.strait.framing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Bytes for tests. */
final class Bytes {
  private Bytes() {}

  /**
   * The bytes of a golden file: hex separated by white space, {@code #} to the end of the line is a
   * comment, {@code a5*16} is sixteen times {@code a5}.
   */
  static byte[] golden(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = Bytes.class.getResourceAsStream("/golden/" + name + ".hex")) {
      String text =
          new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        for (String token : line.replaceFirst("#.*", "").trim().split("\\s+", 0)) {
          int star = token.indexOf('*');
          int times = star < 0 ? 1 : Integer.parseInt(token.substring(star + 1));
          byte[] one = HexFormat.of().parseHex(star < 0 ? token : token.substring(0, star));
          for (int i = 0; i < times; i++) {
            bytes.writeBytes(one);
          }
        }
      }
    }
    return bytes.toByteArray();
  }

  static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  static byte[] concat(List<byte[]> parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    parts.forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }

  /** A header that announces {@code length}, any 32 bits, on stream 1 of type 0x40. */
  static ByteBuffer header(int length) {
    ByteBuffer header = ByteBuffer.allocate(FrameHeader.BYTES);
    FrameHeader.put(header, length, 1, 0x40, 0);
    return header.flip();
  }
}
