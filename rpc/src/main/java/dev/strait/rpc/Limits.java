package dev.strait.rpc;

/**
 * What one side of a connection accepts from the other. All finite, all announced in its HELLO or
 * fixed by SPEC.md.
 *
 * @param maxMetadataBytes the largest metadata, counted as gRPC does: name, value and 32 per entry
 * @param maxMessageBytes the largest message
 * @param maxStreams how many calls the peer may have open at once
 * @param maxMethods how many method names the peer may intern
 * @param streamWindowBytes how many unread bytes a stream may hold
 * @param connectionWindowBytes how many unread bytes all streams together may hold
 */
record Limits(
    int maxMetadataBytes,
    int maxMessageBytes,
    int maxStreams,
    int maxMethods,
    int streamWindowBytes,
    int connectionWindowBytes) {

  /** The largest data of a native frame, by SPEC.md. */
  static final int MAX_FRAME_BYTES = 65_536;

  /** What every message costs in credit beside its bytes, by SPEC.md. */
  static final int MESSAGE_OVERHEAD_BYTES = 32;

  /** The largest metadata that fits a frame beside the rest of it. */
  static final int MAX_METADATA_BYTES = 32_768;

  static final Limits DEFAULTS = new Limits(8192, 4 << 20, 4096, 1024, 512 << 10, 8 << 20);

  Limits {
    if (maxMetadataBytes < 0 || maxMetadataBytes > MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "the metadata limit must be 0 to "
              + MAX_METADATA_BYTES
              + " bytes, was "
              + maxMetadataBytes);
    }
    if (maxMessageBytes < 0) {
      throw new IllegalArgumentException(
          "the message limit must be 0 or more, was " + maxMessageBytes);
    }
  }

  Limits withMaxMetadataBytes(int bytes) {
    return new Limits(
        bytes, maxMessageBytes, maxStreams, maxMethods, streamWindowBytes, connectionWindowBytes);
  }

  Limits withMaxMessageBytes(int bytes) {
    return new Limits(
        maxMetadataBytes, bytes, maxStreams, maxMethods, streamWindowBytes, connectionWindowBytes);
  }

  Limits withMaxStreams(int streams) {
    return new Limits(
        maxMetadataBytes,
        maxMessageBytes,
        streams,
        maxMethods,
        streamWindowBytes,
        connectionWindowBytes);
  }

  Limits withWindows(int streamBytes, int connectionBytes) {
    return new Limits(
        maxMetadataBytes, maxMessageBytes, maxStreams, maxMethods, streamBytes, connectionBytes);
  }
}
