package dev.strait.framing;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into frames of the {@link FrameHeader} layout, incrementally: any split of the
 * bytes gives the same frames.
 *
 * <p>A frame that lies whole in the buffer is passed on where it lies. Only one whose data is split
 * is gathered; what is held for it grows with what arrived. A length of 2^24 or more is refused
 * whatever the limits say, and a refusal comes as soon as the header is there, before any of the
 * data.
 *
 * <p>Ownership and errors are as {@link FrameCodec.Decoder} says. Not thread-safe. Source: SPEC.md,
 * "Frames".
 */
public final class FrameDecoder extends IncrementalDecoder {
  private static final int NO_HEADER = -1;

  private final FrameLimits limits;
  private final ByteBuffer splitHeader = ByteBuffer.allocate(FrameHeader.BYTES);

  private int length = NO_HEADER;
  private int streamId;
  private int type;
  private int flags;

  /** Decodes for {@code listener} what {@code limits} lets in. */
  public FrameDecoder(FrameLimits limits, FrameListener listener) {
    super(listener);
    this.limits = limits;
  }

  @Override
  void step(ByteBuffer data) throws FrameException {
    if (length == NO_HEADER && !readHeader(data)) {
      return;
    }
    int missing = length - gatheredBytes();
    if (data.remaining() < missing) {
      if (gatheredBytes() == 0 && data.remaining() > PartialFrame.SMALL_BYTES) {
        prepareToGather(data, length, streamId, type, flags);
      }
      gather(data, length);
      return;
    }
    length = NO_HEADER;
    deliver(data, missing, streamId, type, flags);
  }

  @Override
  @Nullable String unfinished() {
    if (length != NO_HEADER) {
      return "its header and " + gatheredBytes() + " of its " + length + " bytes of data";
    }
    int headerBytes = splitHeader.position();
    return headerBytes == 0
        ? null
        : headerBytes + " of the " + FrameHeader.BYTES + " bytes of its header";
  }

  private boolean readHeader(ByteBuffer data) throws FrameException {
    if (splitHeader.position() == 0 && data.remaining() >= FrameHeader.BYTES) {
      int at = data.position();
      data.position(at + FrameHeader.BYTES);
      accept(data, at);
      return true;
    }
    while (splitHeader.hasRemaining()) {
      if (!data.hasRemaining()) {
        return false;
      }
      splitHeader.put(data.get());
    }
    splitHeader.clear();
    accept(splitHeader, 0);
    return true;
  }

  private void accept(ByteBuffer in, int at) throws FrameException {
    long announced = FrameHeader.length(in, at);
    streamId = FrameHeader.streamId(in, at);
    type = FrameHeader.type(in, at);
    flags = FrameHeader.flags(in, at);
    // Limits first: they may know what else speaks with such first bytes.
    limits.check(streamId, type, flags, announced);
    if (announced > FrameHeader.MAX_LENGTH) {
      throw new FrameException(
          "frame announces "
              + announced
              + " bytes of data, over the limit of "
              + FrameHeader.MAX_LENGTH
              + " bytes of the length field, whose first byte is 0");
    }
    length = (int) announced;
  }
}
