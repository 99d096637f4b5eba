package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.transport.PeerCredentials;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much one user, by uid, may have of what the peers of a server share: connections, and calls
 * that run or wait. So whoever is at his quota leaves the others theirs. Thread-safe.
 */
final class UserQuota {
  /**
   * @param connections how many a user may have at once
   * @param calls how many calls of a user may run or wait at once, on all his connections
   */
  record Options(int connections, int calls) {
    /** No more than all users together may have. */
    static final Options NONE = new Options(Integer.MAX_VALUE, Integer.MAX_VALUE);

    boolean isNone() {
      return equals(NONE);
    }
  }

  private final Options options;

  @GuardedBy("this")
  private final Map<Long, User> users = new HashMap<>();

  UserQuota(Options options) {
    this.options = options;
  }

  /**
   * A connection of this peer begins; it ends with {@link #leave}.
   *
   * @param peer null if there are no identities
   * @return null if nothing is counted
   * @throws WireException if its user has as many as he may have
   */
  synchronized @Nullable User admit(@Nullable PeerCredentials peer) throws WireException {
    if (peer == null || options.isNone()) {
      return null;
    }
    User user = users.computeIfAbsent(peer.uid(), User::new);
    if (user.connections >= options.connections()) {
      throw new WireException(
          GoAwayReason.LIMIT_EXCEEDED,
          "uid " + peer.uid() + " has " + user.connections + " connections, as many as it may");
    }
    user.connections++;
    return user;
  }

  /** A connection that was admitted has ended. */
  synchronized void leave(User user) {
    user.connections--;
    forgetIfGone(user);
  }

  /**
   * A call of this user begins, to run or to wait; it ends with {@link #endCall}.
   *
   * @throws StreamException if there are as many as there may be
   */
  synchronized void beginCall(User user) throws StreamException {
    if (user.calls >= options.calls()) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          "uid " + user.uid + " has " + user.calls + " calls, as many as it may");
    }
    user.calls++;
  }

  synchronized void endCall(User user) {
    user.calls--;
    forgetIfGone(user);
  }

  /** Not before its last handler is back: the calls of further connections come on top of those. */
  @GuardedBy("this")
  private void forgetIfGone(User user) {
    if (user.connections == 0 && user.calls == 0) {
      users.remove(user.uid);
    }
  }

  /** What one user has at present; guarded by the quota. */
  static final class User {
    private final long uid;
    private int connections;
    private int calls;

    private User(long uid) {
      this.uid = uid;
    }
  }
}
