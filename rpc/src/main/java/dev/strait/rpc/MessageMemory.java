package dev.strait.rpc;

/**
 * Bounds the bytes of messages that flow control does not, over all connections of a channel or
 * server, and for each user: messages of several frames, from their first piece until the
 * application gets them, because their credit goes back earlier; messages of one frame that are not
 * read, beyond what each connection has for itself; and replies whose handlers are done, until the
 * peer takes them. Thread-safe.
 */
final class MessageMemory {
  private static final long LEAST_BY_DEFAULT = 64L << 20;
  private static final int LEAST_OF_CONNECTION = 16 << 10;
  private static final int MOST_OF_CONNECTION = 256 << 10;

  private final Quota bytes;
  private final int ofConnection;

  /**
   * @param most bytes, in all
   * @param mostOfUser bytes of one user
   * @param ofConnection bytes of small messages that each connection may leave unread besides
   */
  MessageMemory(long most, long mostOfUser, int ofConnection) {
    this.bytes = new Quota(most, mostOfUser);
    this.ofConnection = ofConnection;
  }

  /**
   * What connections have for themselves is about as much again, at most.
   *
   * @param connections how many there may be
   */
  static MessageMemory of(long most, long mostOfUser, int connections) {
    long share = most / connections;
    return new MessageMemory(
        most, mostOfUser, (int) Math.max(LEAST_OF_CONNECTION, Math.min(share, MOST_OF_CONNECTION)));
  }

  /** As much as is bounded where the application does not say. */
  static long bytesByDefault() {
    return Math.max(LEAST_BY_DEFAULT, Runtime.getRuntime().maxMemory() / 4);
  }

  /** How many bytes of small messages a connection may leave unread before they count. */
  int ofConnection() {
    return ofConnection;
  }

  /**
   * Counts {@code count} bytes of the peer of {@code on}, until they are {@linkplain #give given}
   * back.
   *
   * @throws StreamException if that is more than there may be
   */
  void take(Connection on, long count) throws StreamException {
    Quota.Refusal refusal = bytes.take(on, count);
    if (refusal != null) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          "messages"
              + refusal.whose()
              + " that are not read yet, or not sent, hold "
              + refusal.taken()
              + " bytes, and with this one more than the limit of "
              + refusal.limit());
    }
  }

  /** So many of the bytes that were taken are free. */
  void give(Connection on, long count) {
    bytes.give(on, count);
  }

  /** How many bytes are taken. */
  long held() {
    return bytes.taken();
  }

  /** How many bytes were taken at the worst instant. */
  long mostHeld() {
    return bytes.mostTaken();
  }
}
