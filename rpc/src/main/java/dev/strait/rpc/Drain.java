package dev.strait.rpc;

/**
 * What was said about going away, by either side. Calls that are open go on; new ones do not begin.
 * Guarded by the connection's lock. Source: SPEC.md, "GO_AWAY".
 */
final class Drain {
  private volatile boolean begun; // may be read without the lock
  private boolean ours;
  private boolean theirs;
  private boolean finished;

  /** This side goes away; false if it said so before. */
  boolean startOurs() {
    boolean first = !ours;
    ours = true;
    begun = true;
    return first;
  }

  /** The peer goes away; false if it said so before. */
  boolean startTheirs() {
    boolean first = !theirs;
    theirs = true;
    begun = true;
    return first;
  }

  /**
   * Whether this side may still open calls.
   *
   * @param callingBack whether it is for a handler that calls the peer back, whose call goes on
   */
  boolean mayOpen(boolean callingBack) {
    return !theirs && (!ours || callingBack);
  }

  /** Whether calls that the peer opens are still taken. */
  boolean mayAccept() {
    return !ours;
  }

  /** The last stream has ended; false if that was said before. */
  boolean finish() {
    boolean first = !finished;
    finished = true;
    return first;
  }

  /**
   * Whether the connection ends with its last stream. May be asked without the lock: who has ended
   * a stream under the lock and then sees false leaves the end to the one who begins to drain, and
   * takes the lock later.
   */
  boolean begun() {
    return begun;
  }
}
