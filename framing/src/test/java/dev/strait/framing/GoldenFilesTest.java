package dev.strait.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The golden files and SPEC.md change together. */
@ExtendWith(NoLeakedBuffers.class)
class GoldenFilesTest {
  private static final FrameCodec TTRPC = FrameCodec.ttrpc(FrameLimits.ttrpcAndNative());

  @Test
  void aRequestOfTtrpcIsItsGoldenBytes() throws IOException {
    Frame request = Frame.of(1, 0x01, 0x00, "\n\1s\22\1m\32\1p".getBytes(US_ASCII));
    assertEncodesAndDecodes("ttrpc-request", TTRPC, request);
  }

  @Test
  void theLargestNativeFrameIsItsGoldenBytes() throws IOException {
    assertEncodesAndDecodes(
        "native-frame", TTRPC, Frame.of(2, 0x40, 0x01, Bytes.filled(65_536, 0xa5)));
  }

  @Test
  void theExtremesOfTheHeaderAreTheirGoldenBytes() throws IOException {
    assertEncodesAndDecodes(
        "header-extremes",
        TTRPC,
        Frame.of(0, 0, 0),
        Frame.of(0xffff_ffff, 0xff, 0xff),
        Frame.of(0x1234_5678, 0x9a, 0xbc, (byte) 0xde));
  }

  @Test
  void framesWithAPlainLengthAreTheirGoldenBytes() throws IOException {
    assertEncodesAndDecodes(
        "length-prefixed",
        FrameCodec.lengthPrefixed(),
        Frame.of("hello".getBytes(US_ASCII)),
        Frame.of(),
        Frame.of(Bytes.filled(256, 0x5a)));
  }

  @Test
  void linesAreTheirGoldenBytes() throws IOException {
    assertEncodesAndDecodes("newline-delimited", FrameCodec.newlineDelimited(), lines());
  }

  @Test
  void linesThatEndWithCrLfAreDecodedAlike() throws IOException {
    assertDecodes("newline-delimited-crlf", FrameCodec.newlineDelimited(), lines());
  }

  private static Frame[] lines() {
    return new Frame[] {
      Frame.of("{}".getBytes(US_ASCII)), Frame.of(), Frame.of("a\rb".getBytes(US_ASCII))
    };
  }

  private static void assertEncodesAndDecodes(String name, FrameCodec codec, Frame... frames)
      throws IOException {
    List<byte[]> encoded = List.of(frames).stream().map(f -> f.encodedWith(codec)).toList();
    assertArrayEquals(Bytes.golden(name), Bytes.concat(encoded));
    assertDecodes(name, codec, frames);
  }

  private static void assertDecodes(String name, FrameCodec codec, Frame... frames)
      throws IOException {
    Recorder recorder = new Recorder();
    FrameCodec.Decoder decoder = codec.decoder(recorder);
    decoder.decode(ByteBuffer.wrap(Bytes.golden(name)));
    decoder.end();
    assertEquals(List.of(frames), recorder.frames);
  }
}
