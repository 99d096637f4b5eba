package dev.strait.framing;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/** Lines that end with LF. */
record NewlineDelimitedCodec(int maxLineBytes) implements FrameCodec {
  static final byte LF = '\n';
  static final byte CR = '\r';

  NewlineDelimitedCodec {
    PlainCodec.requireLimit(maxLineBytes);
  }

  @Override
  public Decoder decoder(FrameListener listener) {
    return new NewlineDelimitedDecoder(maxLineBytes, listener);
  }

  @Override
  public void encode(ByteBuffer out, int streamId, int type, int flags, ByteBuffer data) {
    PlainCodec.requireNoHeader(streamId, type, flags);
    requireLine(data);
    if (out.remaining() - 1 < data.remaining()) {
      throw new BufferOverflowException();
    }
    out.put(data).put(LF);
  }

  @Override
  public int overheadBytes() {
    return 1;
  }

  private void requireLine(ByteBuffer data) {
    int length = data.remaining();
    if (length > maxLineBytes) {
      throw new IllegalArgumentException(
          "line of " + length + " bytes is over the limit of " + maxLineBytes + " bytes");
    }
    int start = data.position();
    for (int i = start; i < data.limit(); i++) {
      if (data.get(i) == LF) {
        throw new IllegalArgumentException("a line cannot hold the LF at its byte " + (i - start));
      }
    }
    if (length > 0 && data.get(data.limit() - 1) == CR) {
      throw new IllegalArgumentException("a line cannot end with CR: the peer would strip it");
    }
  }
}
