package dev.strait.rpc;

/**
 * The first frame of each side: what it speaks and what it accepts. Source: SPEC.md, "HELLO", and
 * {@code rpc/src/main/protobuf/strait/hello.proto}.
 *
 * @param magic must be {@link #MAGIC}
 * @param minVersion the oldest version the sender speaks
 * @param maxVersion the newest version the sender speaks
 * @param maxMetadataBytes the largest metadata the sender accepts
 * @param maxMessageBytes the largest message the sender accepts
 * @param maxStreams how many calls the sender lets the receiver have open at once
 * @param maxMethods how many method names the sender lets the receiver intern
 * @param streamWindowBytes the credit of each new stream
 * @param connectionWindowBytes the credit of the connection
 * @param implementation for logs only
 */
record Hello(
    int magic,
    int minVersion,
    int maxVersion,
    int maxMetadataBytes,
    int maxMessageBytes,
    int maxStreams,
    int maxMethods,
    long streamWindowBytes,
    long connectionWindowBytes,
    String implementation) {

  /** "STRT". */
  static final int MAGIC = 0x53545254;

  /** The version of the wire that this implementation speaks. */
  static final int VERSION = 1;

  /** The largest data of a HELLO frame. */
  static final int MAX_BYTES = 1024;

  /** The smallest window a peer may announce; makes sure that a call can make progress. */
  static final int MIN_WINDOW_BYTES = 1024;

  private static final String IMPLEMENTATION = "strait-java/0.1.0";

  /** What a side with these limits says. */
  static Hello of(Limits limits) {
    return new Hello(
        MAGIC,
        VERSION,
        VERSION,
        limits.maxMetadataBytes(),
        limits.maxMessageBytes(),
        limits.maxStreams(),
        limits.maxMethods(),
        limits.streamWindowBytes(),
        limits.connectionWindowBytes(),
        IMPLEMENTATION);
  }

  /**
   * Checks a peer's hello against ours.
   *
   * @throws WireException if the peer cannot be talked to; the message names both sides
   */
  void checkAgainst(Hello ours) throws WireException {
    if (magic != MAGIC) {
      throw new WireException(
          GoAwayReason.VERSION_MISMATCH,
          String.format(
              "the peer's HELLO has the magic 0x%08x, this side's is 0x%08x: it is no Strait peer",
              magic, MAGIC));
    }
    if (minVersion > ours.maxVersion || maxVersion < ours.minVersion || minVersion > maxVersion) {
      throw new WireException(
          GoAwayReason.VERSION_MISMATCH,
          "no common version: the peer ("
              + Escape.text(implementation)
              + ") speaks "
              + Integer.toUnsignedString(minVersion)
              + " to "
              + Integer.toUnsignedString(maxVersion)
              + ", this side ("
              + ours.implementation
              + ") speaks "
              + ours.minVersion
              + " to "
              + ours.maxVersion);
    }
    if (streamWindowBytes < MIN_WINDOW_BYTES || connectionWindowBytes < MIN_WINDOW_BYTES) {
      throw new WireException(
          GoAwayReason.PROTOCOL_ERROR,
          "the peer's windows are "
              + streamWindowBytes
              + " and "
              + connectionWindowBytes
              + " bytes, at least "
              + MIN_WINDOW_BYTES
              + " are needed");
    }
  }
}
