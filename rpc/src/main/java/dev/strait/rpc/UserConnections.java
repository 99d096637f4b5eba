package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.transport.PeerCredentials;
import java.util.HashMap;
import java.util.Map;

/** Bounds how many connections one user, by uid, has to a server at once. Thread-safe. */
final class UserConnections {
  private final int most;

  @GuardedBy("this")
  private final Map<Long, Integer> counts = new HashMap<>();

  UserConnections(int most) {
    this.most = most;
  }

  /**
   * One more of this user; it ends with {@link #leave}.
   *
   * @throws WireException if there are as many as there may be
   */
  synchronized void admit(PeerCredentials peer) throws WireException {
    int has = counts.getOrDefault(peer.uid(), 0);
    if (has >= most) {
      throw new WireException(
          GoAwayReason.LIMIT_EXCEEDED,
          "uid " + peer.uid() + " has " + has + " connections, which is the limit");
    }
    counts.put(peer.uid(), has + 1);
  }

  /** One that was admitted has ended. */
  synchronized void leave(PeerCredentials peer) {
    counts.computeIfPresent(peer.uid(), (uid, has) -> has == 1 ? null : has - 1);
  }
}
