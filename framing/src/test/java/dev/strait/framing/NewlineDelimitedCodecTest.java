package dev.strait.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.BufferPool;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeakedBuffers.class)
class NewlineDelimitedCodecTest {
  private final Recorder recorder = new Recorder();

  @ParameterizedTest
  @ValueSource(strings = {"1234567\n", "1234567\r\n"})
  void aLineAtTheLimitComesHoweverItEndsAndIsCut(String line) throws FrameException {
    for (int cut = 0; cut <= line.length(); cut++) {
      Recorder lines = new Recorder();
      FrameCodec.Decoder decoder = FrameCodec.newlineDelimited(7).decoder(lines);
      decoder.decode(ascii(line.substring(0, cut)));
      decoder.decode(ascii(line.substring(cut)));
      assertEquals(List.of(Frame.of("1234567".getBytes(US_ASCII))), lines.frames);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"12345678", "1234567\r\r", "1234567\rx", "12345678\n", "12345678\r\n"})
  void aLineOverTheLimitFailsWithTheByteThatProvesIt(String line) throws FrameException {
    FrameCodec.Decoder whole = FrameCodec.newlineDelimited(7).decoder(recorder);
    FrameException e = assertThrows(FrameException.class, () -> whole.decode(ascii(line)));
    int seen = line.endsWith("x") ? 9 : 8;
    assertEquals("line of " + seen + " bytes or more is over the limit of 7 bytes", e.getMessage());

    FrameCodec.Decoder decoder = FrameCodec.newlineDelimited(7).decoder(recorder);
    int proof = line.startsWith("12345678") ? 8 : 9;
    decoder.decode(ascii(line.substring(0, proof - 1)));
    ByteBuffer last = ascii(line.substring(proof - 1, proof));
    assertThrows(FrameException.class, () -> decoder.decode(last));
    assertEquals(0, recorder.frames.size());
  }

  @Test
  void aLineOverTheLimitFailsBeforeMoreOfItIsBuffered() throws Exception {
    for (int i = 0; i < 2; i++) {
      FrameCodec.Decoder decoder = FrameCodec.newlineDelimited().decoder(recorder);
      ByteBuffer some = ascii("x".repeat(8 << 20));
      decoder.decode(some);
      ByteBuffer more = ascii("x".repeat(1 << 20));
      long bytes =
          Allocation.heapBytes(
              () -> assertThrows(FrameException.class, () -> decoder.decode(more)));
      assertTrue(i == 0 || bytes < 16 * 1024, bytes + " bytes");
    }
  }

  @Test
  void aLineOverTheLimitGivesItsBufferBack() throws FrameException {
    int lent = BufferPool.shared().outstanding();
    FrameCodec.Decoder decoder = FrameCodec.newlineDelimited(10_000).decoder(recorder);
    ByteBuffer half = ascii("x".repeat(6_000));
    decoder.decode(half);
    assertThrows(FrameException.class, () -> decoder.decode(half.rewind()));
    assertEquals(lent, BufferPool.shared().outstanding());
  }

  @Test
  void memoryGrowsWithWhatArrives() throws Exception {
    for (int i = 0; i < 2; i++) {
      FrameCodec.Decoder decoder = FrameCodec.newlineDelimited().decoder(recorder);
      ByteBuffer some = ascii("{\"a\":");
      long direct = Allocation.directBuffers();
      long bytes = Allocation.heapBytes(() -> decoder.decode(some));
      Allocation.assertDirectBuffersAtMost(direct);
      assertTrue(i == 0 || bytes < 8 * 1024, bytes + " bytes");
      decoder.release();
    }
  }

  @Test
  void whatIsNoLineIsRefusedAndNothingIsWritten() {
    FrameCodec codec = FrameCodec.newlineDelimited(7);
    ByteBuffer out = ByteBuffer.allocate(7);
    for (String bad : List.of("a\nb", "\n", "a\r", "\r", "12345678")) {
      ByteBuffer data = ascii(bad);
      assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 0, 0, 0, data), bad);
      assertEquals(0, data.position());
    }
    ByteBuffer data = ascii("1234567");
    assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 1, 0, 0, data));
    assertThrows(BufferOverflowException.class, () -> codec.encode(out, 0, 0, 0, data));
    assertEquals(0, out.position());
    assertEquals(0, data.position());
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }
}
