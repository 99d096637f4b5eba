package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeakedBuffers.class)
class LengthPrefixedCodecTest {
  private final Recorder recorder = new Recorder();

  @ParameterizedTest
  @ValueSource(ints = {0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0x0200_0001})
  void aLengthOverTheLimitEndsTheStreamNamingBoth(int length) {
    FrameCodec.Decoder decoder = FrameCodec.lengthPrefixed().decoder(recorder);
    ByteBuffer prefix = ByteBuffer.allocate(4).putInt(0, length);
    FrameException e = assertThrows(FrameException.class, () -> decoder.decode(prefix));
    assertEquals(
        "frame announces "
            + Integer.toUnsignedString(length)
            + " bytes, over the limit of 33554432 bytes",
        e.getMessage());
    assertThrows(FrameException.class, () -> decoder.decode(ByteBuffer.allocate(4)));
    assertEquals(0, recorder.frames.size());
  }

  @Test
  void aFrameAtTheLimitComes() throws FrameException {
    FrameCodec codec = FrameCodec.lengthPrefixed(7);
    Frame frame = Frame.of(Bytes.filled(7, 1));
    codec.decoder(recorder).decode(ByteBuffer.wrap(frame.encodedWith(codec)));
    assertEquals(frame, recorder.frames.get(0));
  }

  @Test
  void memoryGrowsWithWhatArrivesNotWithWhatIsAnnounced() throws Exception {
    for (int i = 0; i < 2; i++) {
      FrameCodec.Decoder decoder = FrameCodec.lengthPrefixed().decoder(recorder);
      ByteBuffer prefix = ByteBuffer.allocate(4).putInt(0, 32 << 20);
      ByteBuffer some = ByteBuffer.allocate(1000);
      ByteBuffer more = ByteBuffer.allocate(200_000);
      long direct = Allocation.directBuffers();
      long bytes = Allocation.heapBytes(() -> decoder.decode(prefix));
      bytes += Allocation.heapBytes(() -> decoder.decode(some));
      Allocation.assertDirectBuffersAtMost(direct);
      assertTrue(i == 0 || bytes < 16 * 1024, bytes + " bytes");
      bytes = Allocation.heapBytes(() -> decoder.decode(more));
      assertTrue(i == 0 || bytes < 500_000, bytes + " bytes");
      decoder.release();
    }
  }

  @Test
  void whatTheLayoutCannotCarryIsRefusedAndNothingIsWritten() {
    FrameCodec codec = FrameCodec.lengthPrefixed(7);
    ByteBuffer out = ByteBuffer.allocate(10);
    ByteBuffer data = ByteBuffer.allocate(7);
    ByteBuffer long8 = ByteBuffer.allocate(8);
    assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 0, 0, 0, long8));
    assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 1, 0, 0, data));
    assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 0, 1, 0, data));
    assertThrows(IllegalArgumentException.class, () -> codec.encode(out, 0, 0, 1, data));
    assertThrows(BufferOverflowException.class, () -> codec.encode(out, 0, 0, 0, data));
    assertEquals(0, out.position());
    assertEquals(0, data.position());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aLimitThatNoBufferCanHoldIsRefused(int limit) {
    assertThrows(IllegalArgumentException.class, () -> FrameCodec.lengthPrefixed(limit));
    assertThrows(IllegalArgumentException.class, () -> FrameCodec.newlineDelimited(limit));
  }
}
