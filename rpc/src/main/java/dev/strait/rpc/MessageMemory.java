package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the bytes of messages that flow control does not: messages of several frames, from their
 * first piece until the application gets them, because their credit goes back earlier; and replies
 * whose handlers are done, until the peer takes them. In all, and for each user. Thread-safe.
 */
final class MessageMemory {
  private static final long LEAST_BY_DEFAULT = 64L << 20;

  private final long most;
  private final long mostOfUser;

  @GuardedBy("this")
  private long held;

  /** Of the users who are known, if they have a bound of their own. */
  @GuardedBy("this")
  private final Map<Long, Long> byUid = new HashMap<>();

  /**
   * @param most bytes, in all
   * @param mostOfUser bytes of one user
   */
  MessageMemory(long most, long mostOfUser) {
    this.most = most;
    this.mostOfUser = Math.min(most, mostOfUser);
  }

  /** As much as is bounded where the application does not say. */
  static long bytesByDefault() {
    return Math.max(LEAST_BY_DEFAULT, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * Counts {@code bytes} of the peer of {@code on}, until they are {@linkplain #give given} back.
   *
   * @throws StreamException if that is more than there may be
   */
  synchronized void take(Connection on, long bytes) throws StreamException {
    long uid = on.uid();
    boolean byUser = mostOfUser < most && uid != Connection.UNKNOWN_UID;
    long ofUser = byUser ? byUid.getOrDefault(uid, 0L) : 0;
    if (held + bytes > most) {
      throw refusal(held, "", most);
    }
    if (ofUser + bytes > mostOfUser) {
      throw refusal(ofUser, " of uid " + uid, mostOfUser);
    }
    held += bytes;
    if (byUser) {
      byUid.put(uid, ofUser + bytes);
    }
  }

  private static StreamException refusal(long held, String whose, long most) {
    return new StreamException(
        CancelCode.LIMIT_EXCEEDED,
        "messages"
            + whose
            + " that are not read yet, or not sent, hold "
            + held
            + " bytes, and with this one more than the limit of "
            + most);
  }

  /** So many of the bytes that were taken are free. */
  synchronized void give(Connection on, long bytes) {
    held -= bytes;
    byUid.computeIfPresent(on.uid(), (uid, had) -> had == bytes ? null : (Long) (had - bytes));
  }

  /** How many bytes are taken. */
  synchronized long held() {
    return held;
  }
}
