package dev.strait.framing;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** F10: any bytes are frames or a {@link FrameException}, wherever they are cut. */
final class FrameDecoderFuzzTest {
  private static final FrameCodec CODEC = FrameCodec.ttrpc(FrameLimits.ttrpcAndNative());

  @FuzzTest(maxDuration = "20s")
  void framesOrAnError(FuzzedDataProvider data) {
    int pieceBytes = data.consumeInt(1, 40);
    Decoding.check(CODEC, data.consumeRemainingAsBytes(), pieceBytes);
  }
}
