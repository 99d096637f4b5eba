package dev.strait.framing;

/** What the codecs whose frames are nothing but data have in common: their checks. */
final class PlainCodec {
  /** The largest array that every JVM can make. */
  private static final int MAX_BUFFER_BYTES = Integer.MAX_VALUE - 8;

  private PlainCodec() {}

  static void requireLimit(int maxBytes) {
    if (maxBytes < 0 || maxBytes > MAX_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "a limit of " + maxBytes + " bytes is not between 0 and " + MAX_BUFFER_BYTES);
    }
  }

  static void requireNoHeader(int streamId, int type, int flags) {
    if ((streamId | type | flags) != 0) {
      throw new IllegalArgumentException(
          "stream id "
              + Integer.toUnsignedString(streamId)
              + ", type "
              + type
              + " and flags "
              + flags
              + " must be 0: this layout has no place for them");
    }
  }
}
