package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An amount that all share, and of which one user, by uid, may have a part. Thread-safe. */
final class Quota {
  /**
   * Why nothing was taken.
   *
   * @param taken how much of the limit is
   * @param everybodys whether it is the limit of all, or that of the user
   */
  record Refusal(long taken, boolean everybodys, long limit) {}

  private final long most;
  private final long mostOfUser;

  @GuardedBy("this")
  private long taken;

  /** Of the users who are known, if they have a limit of their own. */
  @GuardedBy("this")
  private final Map<Long, Long> byUid = new HashMap<>();

  /**
   * @param most in all
   * @param mostOfUser of one user
   */
  Quota(long most, long mostOfUser) {
    this.most = most;
    this.mostOfUser = Math.min(most, mostOfUser);
  }

  /**
   * Takes {@code amount} for the peer of {@code on}, until it is {@linkplain #give given} back.
   *
   * @return null if it was taken
   */
  synchronized @Nullable Refusal take(Connection on, long amount) {
    long uid = on.uid();
    boolean byUser = mostOfUser < most && uid != Connection.UNKNOWN_UID;
    long ofUser = byUser ? byUid.getOrDefault(uid, 0L) : 0;
    if (taken + amount > most) {
      return new Refusal(taken, true, most);
    }
    if (ofUser + amount > mostOfUser) {
      return new Refusal(ofUser, false, mostOfUser);
    }
    taken += amount;
    if (byUser) {
      byUid.put(uid, ofUser + amount);
    }
    return null;
  }

  /** So much of what was taken is free. */
  synchronized void give(Connection on, long amount) {
    taken -= amount;
    byUid.computeIfPresent(on.uid(), (uid, had) -> had == amount ? null : (Long) (had - amount));
  }

  /** How much is taken. */
  synchronized long taken() {
    return taken;
  }
}
