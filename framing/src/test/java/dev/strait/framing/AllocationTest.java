package dev.strait.framing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The hot paths allocate nothing, interpreted or compiled. */
class AllocationTest {
  private static final int FRAMES_PER_ROUND = 1_000;
  private static final int WARM_UP_ROUNDS = 20;
  private static final int ROUNDS = 200;

  private final ByteBuffer data = ByteBuffer.allocateDirect(64);
  private final ByteBuffer stream =
      ByteBuffer.allocateDirect(FRAMES_PER_ROUND * (FrameHeader.BYTES + 64));

  private long received;

  @Test
  void decodingA64ByteFrameAllocatesNothing() throws Exception {
    encodeAll();
    FrameDecoder decoder =
        new FrameDecoder(
            FrameLimits.ttrpcAndNative(),
            (streamId, type, flags, frame) -> received += frame.remaining());
    assertAllocatesNothing(() -> decoder.decode(stream.rewind()));
    assertEquals(64L * FRAMES_PER_ROUND * (WARM_UP_ROUNDS + ROUNDS), received);
  }

  @Test
  void encodingA64ByteFrameAllocatesNothing() throws Exception {
    assertAllocatesNothing(this::encodeAll);
  }

  @Test
  void encodingA64ByteFrameInPlaceAllocatesNothing() throws Exception {
    assertAllocatesNothing(
        () -> {
          stream.clear();
          for (int i = 0; i < FRAMES_PER_ROUND; i++) {
            int begin = FrameEncoder.begin(stream);
            for (int n = 0; n < 8; n++) {
              stream.putLong(i);
            }
            FrameEncoder.end(stream, begin, i, 0x40, 0);
          }
        });
  }

  private void encodeAll() {
    stream.clear();
    for (int i = 0; i < FRAMES_PER_ROUND; i++) {
      FrameEncoder.encode(stream, i, 0x40, 0, data.rewind());
    }
  }

  private static void assertAllocatesNothing(Allocation.Action round) throws Exception {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      round.run();
    }
    long bytes =
        Allocation.heapBytes(
            () -> {
              for (int i = 0; i < ROUNDS; i++) {
                round.run();
              }
            });
    double perFrame = (double) bytes / ROUNDS / FRAMES_PER_ROUND;
    assertTrue(perFrame < 1, perFrame + " bytes per frame");
  }
}
