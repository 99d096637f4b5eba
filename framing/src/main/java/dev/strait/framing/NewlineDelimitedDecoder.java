package dev.strait.framing;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decodes {@link NewlineDelimitedCodec}'s layout. Not thread-safe. */
final class NewlineDelimitedDecoder extends IncrementalDecoder {
  private static final byte LF = NewlineDelimitedCodec.LF;
  private static final byte CR = NewlineDelimitedCodec.CR;

  private final int maxLineBytes;

  NewlineDelimitedDecoder(int maxLineBytes, FrameListener listener) {
    super(listener);
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  void step(ByteBuffer data) throws FrameException {
    int start = data.position();
    int end = endOfLine(data);
    boolean crHere = end > start && data.get(end - 1) == CR;
    boolean crGathered = end == start && gatheredBytes() > 0 && lastGathered() == CR;
    long length = (long) gatheredBytes() + (end - start) - (crHere || crGathered ? 1 : 0);
    if (length > maxLineBytes) {
      throw new FrameException(
          "line of " + length + " bytes or more is over the limit of " + maxLineBytes + " bytes");
    }
    if (end == data.limit()) {
      gather(data, maxLineBytes + 1);
      return;
    }
    if (crGathered) {
      dropLastGathered();
    }
    deliver(data, crHere ? end - 1 - start : end - start, 0, 0, 0);
    data.position(end + 1);
  }

  @Override
  @Nullable String unfinished() {
    return gatheredBytes() == 0 ? null : gatheredBytes() + " bytes of a line without its LF";
  }

  /** Where the next LF is, or the data's limit. Each byte is looked at once. */
  private int endOfLine(ByteBuffer data) {
    int end = data.position();
    while (end < data.limit() && data.get(end) != LF) {
      end++;
    }
    return end;
  }
}
