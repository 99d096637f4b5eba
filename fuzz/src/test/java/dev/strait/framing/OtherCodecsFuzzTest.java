package dev.strait.framing;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** F10, for plain lengths and for lines. */
final class OtherCodecsFuzzTest {
  private static final FrameCodec[] CODECS = {
    FrameCodec.lengthPrefixed(),
    FrameCodec.lengthPrefixed(100),
    FrameCodec.newlineDelimited(),
    FrameCodec.newlineDelimited(100)
  };

  @FuzzTest(maxDuration = "20s")
  void framesOrAnError(FuzzedDataProvider data) {
    FrameCodec codec = CODECS[data.consumeInt(0, CODECS.length - 1)];
    int pieceBytes = data.consumeInt(1, 40);
    Decoding.check(codec, data.consumeRemainingAsBytes(), pieceBytes);
  }
}
