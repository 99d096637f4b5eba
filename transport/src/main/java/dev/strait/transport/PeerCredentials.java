package dev.strait.transport;

/**
 * Who the process at the other end is, as the kernel vouches for it at connect time.
 *
 * <p>{@code uid} may authorise, {@code gid} (the primary group) may, {@code pid} never: it can be
 * reused by another process. Immutable.
 *
 * @param uid the effective user id
 * @param gid the effective primary group id
 * @param pid the process id, or {@link #UNKNOWN_PID} where the platform's interface does not tell
 *     it: always over {@code unix:}, never over {@code unix-abstract:} and {@code memory:}
 */
public record PeerCredentials(long uid, long gid, long pid) {
  /** The pid where the platform does not tell one. */
  public static final long UNKNOWN_PID = -1;

  @Override
  public String toString() {
    return "uid=" + uid + " gid=" + gid + " pid=" + (pid == UNKNOWN_PID ? "unknown" : pid);
  }
}
