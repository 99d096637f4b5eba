package dev.strait.framing;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code u32 length | data}, big-endian. */
record LengthPrefixedCodec(int maxFrameBytes) implements FrameCodec {
  static final int PREFIX_BYTES = 4;

  LengthPrefixedCodec {
    PlainCodec.requireLimit(maxFrameBytes);
  }

  @Override
  public Decoder decoder(FrameListener listener) {
    return new LengthPrefixedDecoder(maxFrameBytes, listener);
  }

  @Override
  public void encode(ByteBuffer out, int streamId, int type, int flags, ByteBuffer data) {
    PlainCodec.requireNoHeader(streamId, type, flags);
    int length = data.remaining();
    if (length > maxFrameBytes) {
      throw new IllegalArgumentException(
          "frame of " + length + " bytes is over the limit of " + maxFrameBytes + " bytes");
    }
    if (out.order() != ByteOrder.BIG_ENDIAN) {
      throw new IllegalArgumentException("frames are written into a big-endian buffer");
    }
    if (out.remaining() - PREFIX_BYTES < length) {
      throw new BufferOverflowException();
    }
    out.putInt(length).put(data);
  }

  @Override
  public int overheadBytes() {
    return PREFIX_BYTES;
  }
}
