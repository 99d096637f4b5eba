package dev.strait.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/** Every codec, each with three frames to send over it. */
@SuppressWarnings("ImmutableEnumChecker") // its codecs are stateless, its lists unmodifiable
enum Layout {
  TTRPC(
      FrameCodec.ttrpc(FrameLimits.ttrpcAndNative()),
      Frame.of(1, 0x40, 0, "first".getBytes(US_ASCII)),
      Frame.of(-1, 0xff, 0xff),
      Frame.of(2, 0x01, 0x02, Bytes.filled(20, 0x0a))),
  LENGTH_PREFIXED(
      FrameCodec.lengthPrefixed(),
      Frame.of("first".getBytes(US_ASCII)),
      Frame.of(),
      Frame.of(Bytes.filled(20, 0))),
  NEWLINE_DELIMITED(
      FrameCodec.newlineDelimited(),
      Frame.of("{\"a\": 1}".getBytes(US_ASCII)),
      Frame.of(),
      Frame.of("x\r\ry".getBytes(US_ASCII))),
  CRLF_DELIMITED(
      FrameCodec.newlineDelimited(),
      Frame.of("first".getBytes(US_ASCII)),
      Frame.of(),
      Frame.of("\r\r x\r".getBytes(US_ASCII))) {
    @Override
    byte[] encoded(Frame frame) {
      return Bytes.concat(List.of(frame.data(), "\r\n".getBytes(US_ASCII)));
    }
  };

  final FrameCodec codec;
  final List<Frame> frames;

  Layout(FrameCodec codec, Frame... frames) {
    this.codec = codec;
    this.frames = List.of(frames);
  }

  byte[] encoded(Frame frame) {
    return frame.encodedWith(codec);
  }

  /** The three frames one behind the other. */
  byte[] stream() {
    return Bytes.concat(frames.stream().map(this::encoded).toList());
  }
}
