package dev.strait.framing;

import java.nio.ByteBuffer;

/**
 * A way to lay frames out on a byte stream: makes decoders of that layout and encodes frames in it.
 * {@link #ttrpc} is the layout of Strait itself; the others are for peers that speak those.
 *
 * <p>Codecs have no state, so they are thread-safe; their decoders are not. Source: SPEC.md,
 * "Frames" and "Other layouts".
 */
public interface FrameCodec {
  /** The default limit of {@link #lengthPrefixed}: 32 MiB. */
  int DEFAULT_MAX_FRAME_BYTES = 32 * 1024 * 1024;

  /** The default limit of {@link #newlineDelimited}: 8 MiB. */
  int DEFAULT_MAX_LINE_BYTES = 8 * 1024 * 1024;

  /**
   * A decoder for one stream from its first byte on, which tells {@code listener} of its frames.
   */
  Decoder decoder(FrameListener listener);

  /**
   * Appends one frame to {@code out}.
   *
   * @param out takes the frame at its position; big-endian; owned by the caller
   * @param streamId the stream, as an unsigned 32-bit number; 0 where the layout has none
   * @param type the type, 0 to 255; 0 where the layout has none
   * @param flags the flags, 0 to 255; 0 where the layout has none
   * @param data the frame's data, from position to limit, which is copied: the caller owns it
   *     before and after. If it was taken the position is at the limit, else it is where it was
   * @throws IllegalArgumentException if this layout cannot carry such a frame: the message names
   *     limit and actual. Nothing was written, so the connection can go on
   * @throws java.nio.BufferOverflowException if there is no room in {@code out} for the data and
   *     {@link #overheadBytes}. Nothing was written
   */
  void encode(ByteBuffer out, int streamId, int type, int flags, ByteBuffer data);

  /** How many bytes a frame takes on the wire beyond its data. */
  int overheadBytes();

  /**
   * Frames with the header of ttrpc, {@link FrameHeader}: the layout of Strait and of ttrpc.
   *
   * @param limits what the peer may send; what is sent is held to {@link FrameLimits#maxDataBytes}
   */
  static FrameCodec ttrpc(FrameLimits limits) {
    return new TtrpcCodec(limits);
  }

  /** {@code u32 length | data}, big-endian, with {@link #DEFAULT_MAX_FRAME_BYTES}. */
  static FrameCodec lengthPrefixed() {
    return lengthPrefixed(DEFAULT_MAX_FRAME_BYTES);
  }

  /**
   * {@code u32 length | data}, big-endian. The length counts the data only and may be 0.
   *
   * @param maxFrameBytes the most data of a frame, both ways
   * @throws IllegalArgumentException if it is negative or more than a buffer can hold
   */
  static FrameCodec lengthPrefixed(int maxFrameBytes) {
    return new LengthPrefixedCodec(maxFrameBytes);
  }

  /** Lines of text, with {@link #DEFAULT_MAX_LINE_BYTES}. */
  static FrameCodec newlineDelimited() {
    return newlineDelimited(DEFAULT_MAX_LINE_BYTES);
  }

  /**
   * Lines that end with LF. A CR before it is stripped from what comes and never sent, so the data
   * of a frame has no LF in it and no CR at its end; it may be empty.
   *
   * @param maxLineBytes the longest line without its end, both ways
   * @throws IllegalArgumentException if it is negative or more than a buffer can hold
   */
  static FrameCodec newlineDelimited(int maxLineBytes) {
    return new NewlineDelimitedCodec(maxLineBytes);
  }

  /**
   * Cuts a byte stream into frames, incrementally: any split of the bytes gives the same frames.
   *
   * <p>The first exception out of {@code decode} or {@code end}, the listener's own included, is
   * final: nothing is held any more and each later call of the two throws a {@link FrameException}
   * with the first one as its cause. Not thread-safe: all calls, {@code release} too, come from the
   * thread that reads.
   */
  interface Decoder {
    /**
     * Takes all of {@code data}, unless the listener releases the decoder on the way.
     *
     * @param data the next bytes of the stream, from position to limit, big-endian. The caller owns
     *     it before and after, also when this throws; its limit is then as it was
     * @throws FrameException if the layout, a limit or the listener refuses a frame, or if the
     *     decoder has failed or was released: the stream cannot go on
     * @throws IllegalArgumentException if {@code data} is little-endian; nothing was taken
     * @throws IllegalStateException if called by the listener
     */
    void decode(ByteBuffer data) throws FrameException;

    /**
     * The stream has ended. Does nothing after {@link #release}.
     *
     * @throws FrameException if it ended inside a frame, or if the decoder has failed
     * @throws IllegalStateException if called by the listener
     */
    void end() throws FrameException;

    /**
     * Gives back what is held; if called by the listener, as soon as that returns. Idempotent. The
     * decoder is of no use afterwards.
     */
    void release();
  }
}
