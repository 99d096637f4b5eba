package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HelloCodecTest {
  private static final Hello EXTREME =
      new Hello(
          0x80000001,
          0,
          Integer.MAX_VALUE,
          1,
          Integer.MAX_VALUE,
          127,
          128,
          Long.MAX_VALUE,
          1L << 35,
          "\u4e2d\u0000");

  @Test
  void whatIsEncodedIsDecoded() throws Exception {
    for (Hello hello : new Hello[] {Hello.of(Limits.DEFAULTS), EXTREME}) {
      assertEquals(hello, HelloCodec.decode(encoded(hello)));
    }
  }

  @Test
  void unknownFieldsOfEveryWireTypeAreSkipped() throws Exception {
    Data unknown =
        new Data()
            .u8(0x80 | (100 << 3 & 0x7f) | 0)
            .u8(100 >>> 4)
            .u8(0xff)
            .u8(0x01)
            .u8(0x80 | (100 << 3 & 0x7f) | 1)
            .u8(100 >>> 4)
            .u64(-1)
            .u8(0x80 | (100 << 3 & 0x7f) | 2)
            .u8(100 >>> 4)
            .u8(3)
            .ascii("abc")
            .u8(0x80 | (100 << 3 & 0x7f) | 5)
            .u8(100 >>> 4)
            .u32(-1);
    Hello hello = Hello.of(Limits.DEFAULTS);
    ByteBuffer both = ByteBuffer.allocate(1024).put(unknown.toBuffer());

    assertEquals(hello, HelloCodec.decode(both.put(encoded(hello)).flip()));
  }

  @Test
  void theLastOfARepeatedFieldCounts() throws Exception {
    assertEquals(
        7, HelloCodec.decode(new Data().u8(2 << 3).u8(1).u8(2 << 3).u8(7).toBuffer()).minVersion());
  }

  @Test
  void fieldsThatAreMissingAreZero() throws Exception {
    assertEquals(
        new Hello(0, 0, 0, 0, 0, 0, 0, 0, 0, ""), HelloCodec.decode(ByteBuffer.allocate(0)));
  }

  @Test
  void limitsBeyondAnIntCountAsTheLargest() throws Exception {
    ByteBuffer huge = new Data().u8(6 << 3).u32(-1).u32(-1).u8(0xff).u8(1).toBuffer();

    assertEquals(Integer.MAX_VALUE, HelloCodec.decode(huge).maxStreams());
  }

  @Test
  void whatIsCutShortIsRefused() {
    ByteBuffer hello = encoded(Hello.of(Limits.DEFAULTS));
    int accepted = 0;
    for (int length = 0; length < hello.limit(); length++) {
      try {
        HelloCodec.decode(hello.duplicate().limit(length));
        accepted++;
      } catch (WireException e) {
        assertEquals(GoAwayReason.PROTOCOL_ERROR, e.reason());
      }
    }
    assertEquals(10, accepted, "only cuts between fields are messages");
  }

  @Test
  void lengthsAndNumbersBeyondAllBoundsAreRefused() {
    Data[] wrong = {
      new Data().u8(11 << 3 | 2).u8(5).ascii("abc"),
      new Data().u8(11 << 3 | 2).u32(-1).u8(0x7f).ascii("abc"),
      new Data().u8(2 << 3).u32(-1).u32(-1).u32(-1),
      new Data().u8(2 << 3 | 3),
      new Data().u8(2 << 3 | 4),
      new Data().u8(2 << 3 | 6),
      new Data().u8(2 << 3 | 7),
    };
    for (Data data : wrong) {
      WireException thrown =
          assertThrows(WireException.class, () -> HelloCodec.decode(data.toBuffer()));
      assertTrue(thrown.getMessage().startsWith("malformed HELLO"), thrown.getMessage());
    }
  }

  @Test
  void anyBytesAreAHelloOrAConnectionError() {
    Random random = new Random(4711);
    ByteBuffer hello = encoded(EXTREME);
    for (int round = 0; round < 200_000; round++) {
      byte[] bytes = new byte[round % 2 == 0 ? random.nextInt(40) : hello.limit()];
      if (round % 2 == 0) {
        random.nextBytes(bytes);
      } else {
        hello.duplicate().get(bytes);
        for (int i = 0; i < 3; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      try {
        assertNotNull(HelloCodec.decode(ByteBuffer.wrap(bytes)));
      } catch (WireException e) {
        assertEquals(GoAwayReason.PROTOCOL_ERROR, e.reason());
      }
    }
  }

  private static ByteBuffer encoded(Hello hello) {
    ByteBuffer out = ByteBuffer.allocate(512);
    HelloCodec.encode(hello, out);
    return out.flip();
  }
}
