package dev.strait.rpc;

/**
 * Bounds the bytes of messages that flow control does not, over all connections of a channel or
 * server, and for each user: messages of several frames, from their first piece until the
 * application gets them, because their credit goes back earlier; messages of one frame that come
 * while their connection leaves much unread; and replies whose handlers are done, until the peer
 * takes them. Thread-safe.
 */
final class MessageMemory {
  private static final long LEAST_BY_DEFAULT = 64L << 20;
  private static final int LEAST_OF_CONNECTION = 16 << 10;
  private static final int MOST_OF_CONNECTION = 256 << 10;

  private final Quota bytes;
  private final int unreadBytesOfConnection;

  /**
   * @param most bytes, in all
   * @param mostOfUser bytes of one user
   * @param unreadBytesOfConnection what each connection may leave unread before its small messages
   *     count, in credit
   */
  MessageMemory(long most, long mostOfUser, int unreadBytesOfConnection) {
    this.bytes = new Quota(most, mostOfUser);
    this.unreadBytesOfConnection = unreadBytesOfConnection;
  }

  /**
   * What a connection may leave unread before it counts is its share of as many bytes again, within
   * bounds.
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

  /** What a connection may leave unread before its small messages count, in credit. */
  int unreadBytesOfConnection() {
    return unreadBytesOfConnection;
  }

  /**
   * Takes bytes for the peer of {@code on}, until they are {@linkplain #give given} back.
   *
   * @throws StreamException if that is more than there may be
   */
  void take(Connection on, long taken) throws StreamException {
    Quota.Refusal refusal = bytes.take(on, taken);
    if (refusal != null) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          "messages"
              + (refusal.everybodys() ? "" : " of uid " + on.uid())
              + " that are not read yet, or not sent, hold "
              + refusal.taken()
              + " bytes, and with this one more than the limit of "
              + refusal.limit());
    }
  }

  /** So many of the bytes that were taken are free. */
  void give(Connection on, long taken) {
    bytes.give(on, taken);
  }

  /** How many bytes are taken. */
  long held() {
    return bytes.taken();
  }
}
