package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Bounds how many connections one user, by uid, has to a server at once. Thread-safe. */
final class UserConnections {
  private final int most;

  @GuardedBy("this")
  private final Map<Long, Set<Connection>> byUid = new HashMap<>();

  UserConnections(int most) {
    this.most = most;
  }

  /**
   * One more of its user, if that is known; until {@link #leave}.
   *
   * @throws WireException if there are as many as there may be
   */
  synchronized void admit(Connection connection) throws WireException {
    long uid = connection.uid();
    if (uid == Connection.UNKNOWN_UID) {
      return;
    }
    Set<Connection> has = byUid.computeIfAbsent(uid, any -> new HashSet<>());
    if (has.size() >= most) {
      throw new WireException(
          GoAwayReason.LIMIT_EXCEEDED,
          "uid " + uid + " has " + has.size() + " connections, which is the limit");
    }
    has.add(connection);
  }

  /** A connection has ended, whether it was admitted or not. */
  synchronized void leave(Connection connection) {
    byUid.computeIfPresent(
        connection.uid(),
        (uid, has) -> {
          has.remove(connection);
          return has.isEmpty() ? null : has;
        });
  }
}
