package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameEncoderTest {
  private final ByteBuffer out = ByteBuffer.allocateDirect(5 << 20);

  @Test
  void aFrameWrittenInPlaceIsTheOneEncodedFromABuffer() {
    byte[] data = Bytes.filled(300, 0x11);
    FrameEncoder.encode(out, -2, 0x41, 0x80, ByteBuffer.wrap(data));
    int middle = out.position();
    int begin = FrameEncoder.begin(out);
    assertEquals(middle, begin);
    out.put(data);
    FrameEncoder.end(out, begin, -2, 0x41, 0x80);
    assertEquals(2 * middle, out.position());
    assertArrayEquals(written(0, middle), written(middle, middle));
  }

  @Test
  void aFrameThatJustFitsIsWrittenAndOneByteMoreIsNot() {
    ByteBuffer data = ByteBuffer.allocate(6);
    out.limit(16);
    FrameEncoder.encode(out, 1, 0x40, 0, data);
    assertEquals(16, out.position());
    out.clear().limit(15);
    data.clear();
    assertThrows(BufferOverflowException.class, () -> FrameEncoder.encode(out, 1, 0x40, 0, data));
    assertEquals(0, out.position());
    assertEquals(0, data.position());
  }

  @Test
  void aFrameBeginsOnlyWhereItsHeaderFits() {
    out.limit(9);
    assertThrows(BufferOverflowException.class, () -> FrameEncoder.begin(out));
    assertEquals(0, out.position());
    out.limit(10);
    FrameEncoder.end(out, FrameEncoder.begin(out), 0, 0x40, 0);
    assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0}, written(0, 10));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x01, 0x02, 0x03, 0x04, 0x3f, 0x40, 0xff})
  void dataOverTheLimitOfItsTypeIsRefusedAndLeavesTheBufferAsItWas(int type) {
    int max = FrameLimits.maxDataBytes(type);
    FrameEncoder.encode(out, 1, type, 0, ByteBuffer.allocate(max));
    out.position(5);
    ByteBuffer data = ByteBuffer.allocate(max + 1);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> FrameEncoder.encode(out, 1, type, 0, data));
    assertEquals(
        String.format(
            "frame of type 0x%02x has %d bytes of data, over the limit of %d bytes",
            type, max + 1, max),
        e.getMessage());
    assertEquals(5, out.position());
    assertEquals(0, data.position());

    int begin = FrameEncoder.begin(out);
    out.put(data);
    assertThrows(IllegalArgumentException.class, () -> FrameEncoder.end(out, begin, 1, type, 0));
    assertEquals(5, out.position());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256, Integer.MIN_VALUE})
  void typesAndFlagsThatAreNoBytesAreRefused(int notAByte) {
    ByteBuffer data = ByteBuffer.allocate(1);
    assertThrows(
        IllegalArgumentException.class, () -> FrameEncoder.encode(out, 1, notAByte, 0, data));
    assertThrows(
        IllegalArgumentException.class, () -> FrameEncoder.encode(out, 1, 0x40, notAByte, data));
    assertEquals(0, out.position());
    assertEquals(0, data.position());
  }

  @Test
  void anEndWithoutItsBeginIsRefused() {
    out.position(12);
    assertThrows(IndexOutOfBoundsException.class, () -> FrameEncoder.end(out, -1, 1, 0x40, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> FrameEncoder.end(out, 3, 1, 0x40, 0));
    assertEquals(12, out.position());
  }

  @Test
  void aLittleEndianBufferIsRefusedUntouched() {
    out.order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer data = ByteBuffer.allocate(1);
    assertThrows(IllegalArgumentException.class, () -> FrameEncoder.encode(out, 1, 0x40, 0, data));
    assertThrows(
        IllegalArgumentException.class,
        () -> FrameCodec.lengthPrefixed().encode(out, 0, 0, 0, data));
    assertEquals(0, out.position());
  }

  private byte[] written(int from, int length) {
    byte[] bytes = new byte[length];
    out.get(from, bytes);
    return bytes;
  }
}
