package dev.strait.framing;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decodes {@link LengthPrefixedCodec}'s layout. Not thread-safe. */
final class LengthPrefixedDecoder extends IncrementalDecoder {
  private final int maxFrameBytes;

  private int prefixBytes;
  private int length;

  LengthPrefixedDecoder(int maxFrameBytes, FrameListener listener) {
    super(listener);
    this.maxFrameBytes = maxFrameBytes;
  }

  @Override
  void step(ByteBuffer data) throws FrameException {
    if (prefixBytes < LengthPrefixedCodec.PREFIX_BYTES && !readPrefix(data)) {
      return;
    }
    int missing = length - gatheredBytes();
    if (data.remaining() < missing) {
      gather(data, length);
      return;
    }
    prefixBytes = 0;
    deliver(data, missing, 0, 0, 0);
  }

  @Override
  @Nullable String unfinished() {
    if (prefixBytes == LengthPrefixedCodec.PREFIX_BYTES) {
      return "its length and " + gatheredBytes() + " of its " + length + " bytes of data";
    }
    return prefixBytes == 0
        ? null
        : prefixBytes + " of the " + LengthPrefixedCodec.PREFIX_BYTES + " bytes of its length";
  }

  private boolean readPrefix(ByteBuffer data) throws FrameException {
    while (prefixBytes < LengthPrefixedCodec.PREFIX_BYTES) {
      if (!data.hasRemaining()) {
        return false;
      }
      length = length << 8 | Byte.toUnsignedInt(data.get());
      prefixBytes++;
    }
    long announced = Integer.toUnsignedLong(length);
    if (announced > maxFrameBytes) {
      throw new FrameException(
          "frame announces " + announced + " bytes, over the limit of " + maxFrameBytes + " bytes");
    }
    return true;
  }
}
