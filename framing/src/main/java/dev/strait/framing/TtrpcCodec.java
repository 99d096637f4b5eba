package dev.strait.framing;

import java.nio.ByteBuffer;

/** Frames with the header of ttrpc. */
record TtrpcCodec(FrameLimits limits) implements FrameCodec {
  @Override
  public Decoder decoder(FrameListener listener) {
    return new FrameDecoder(limits, listener);
  }

  @Override
  public void encode(ByteBuffer out, int streamId, int type, int flags, ByteBuffer data) {
    FrameEncoder.encode(out, streamId, type, flags, data);
  }

  @Override
  public int overheadBytes() {
    return FrameHeader.BYTES;
  }
}
