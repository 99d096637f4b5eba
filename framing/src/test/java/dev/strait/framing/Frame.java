package dev.strait.framing;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** A decoded frame, to compare. */
record Frame(int streamId, int type, int flags, String hex) {
  static Frame of(int streamId, int type, int flags, byte... data) {
    return new Frame(streamId, type, flags, HexFormat.of().formatHex(data));
  }

  static Frame of(byte... data) {
    return of(0, 0, 0, data);
  }

  byte[] data() {
    return HexFormat.of().parseHex(hex);
  }

  byte[] encodedWith(FrameCodec codec) {
    byte[] data = data();
    ByteBuffer out = ByteBuffer.allocate(data.length + codec.overheadBytes());
    codec.encode(out, streamId, type, flags, ByteBuffer.wrap(data));
    return out.array();
  }
}
