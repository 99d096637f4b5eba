package dev.strait.rpc;

import dev.strait.framing.FrameException;
import dev.strait.framing.FrameLimits;
import java.util.function.BooleanSupplier;

/**
 * Which frames may come, by their header: before HELLO nothing but that, or a GO_AWAY in its place,
 * then native frames only. Nothing is allocated for a frame before this has passed it.
 */
final class NativeFrameLimits implements FrameLimits {
  private static final long HTTP2_PREFACE = 0x50524920L;
  private static final int FIRST_NATIVE_TYPE = 0x40;

  /** JSON behind a length begins where the stream id would. */
  private static final int JSON_SHIFT = 24;

  private final BooleanSupplier helloDone;

  NativeFrameLimits(BooleanSupplier helloDone) {
    this.helloDone = helloDone;
  }

  @Override
  public void check(int streamId, int type, int flags, long length) throws FrameException {
    boolean greeted = helloDone.getAsBoolean();
    boolean mayBeFirst = type == FrameType.HELLO || type == FrameType.GO_AWAY;
    if (!greeted && (!mayBeFirst || streamId != 0)) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "expected HELLO on stream 0 first, came " + describe(streamId, type, length));
    }
    int max = maxBytes(type, greeted);
    if (length > max) {
      throw new WireException(
          GoAwayReason.FRAME_TOO_LARGE,
          FrameType.describe(type)
              + " frame of "
              + length
              + " bytes is over the limit of "
              + max
              + " bytes");
    }
    if (type < FIRST_NATIVE_TYPE) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "frame type " + FrameType.describe(type) + " is not legal after HELLO");
    }
  }

  private static int maxBytes(int type, boolean greeted) {
    if (type == FrameType.HELLO) {
      return Hello.MAX_BYTES;
    }
    // Nobody who has not said HELLO has more kept for him than that.
    return greeted ? Limits.MAX_FRAME_BYTES : Frames.MAX_GO_AWAY_BYTES;
  }

  private static String describe(int streamId, int type, long length) {
    if (length == HTTP2_PREFACE) {
      return "the preface of HTTP/2, which is not served here";
    }
    if (type == 0x01) {
      return "a request of ttrpc, which is not served here";
    }
    if (streamId >>> JSON_SHIFT == '{') {
      return "a message of JSON-RPC, which is not served here";
    }
    return "type "
        + FrameType.describe(type)
        + " on stream "
        + Integer.toUnsignedString(streamId)
        + " with "
        + length
        + " bytes";
  }
}
