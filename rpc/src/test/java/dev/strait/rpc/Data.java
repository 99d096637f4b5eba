package dev.strait.rpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The data of a frame, put together by hand, big-endian. */
final class Data {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static Data of(byte... bytes) {
    return new Data().bytes(bytes);
  }

  Data u8(int value) {
    bytes.write(value);
    return this;
  }

  Data u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  Data u32(int value) {
    return u16(value >>> 16).u16(value);
  }

  Data u64(long value) {
    return u32((int) (value >>> 32)).u32((int) value);
  }

  Data bytes(byte... value) {
    bytes.writeBytes(value);
    return this;
  }

  Data ascii(String text) {
    return bytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** A text behind its length. */
  Data text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return u16(utf8.length).bytes(utf8);
  }

  /** A block of metadata without entries. */
  Data noMetadata() {
    return u16(0);
  }

  Data entry(String name, byte[] value) {
    return text(name).u32(value.length).bytes(value);
  }

  /** A block of metadata that announces so many entries and has so many, all without a value. */
  Data entries(int announced, int present) {
    u16(announced);
    for (int i = 0; i < present; i++) {
      entry("k", new byte[0]);
    }
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  ByteBuffer toBuffer() {
    return ByteBuffer.wrap(toBytes());
  }
}
