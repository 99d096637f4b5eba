package dev.strait.transport;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * The peer's numeric ids, from the JDK's {@code SO_PEERCRED}, which gives principals: objects that
 * are equal by id but do not show it.
 *
 * <p>A candidate number is taken from the principal's hash code and then proven: the JDK turns a
 * name of digits that no user bears into the principal with that id, and only if that one equals
 * the peer's is the number believed. A user who bears a name of digits makes the proof fail, never
 * lie. What cannot be proven is no identity. The interface tells no pid.
 */
final class SocketCredentials {
  private static final int CACHED_IDS = 256;
  private static final ConcurrentHashMap<UserPrincipal, Long> PROVEN = new ConcurrentHashMap<>();

  private SocketCredentials() {}

  /** May ask the name service, and so block. */
  static PeerCredentials of(SocketChannel channel) throws IOException {
    UnixDomainPrincipal peer;
    try {
      peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    } catch (UnsupportedOperationException e) {
      throw new IOException("this platform tells no peer credentials (SO_PEERCRED)", e);
    }
    return new PeerCredentials(uid(peer.user()), gid(peer.group()), PeerCredentials.UNKNOWN_PID);
  }

  static long uid(UserPrincipal user) throws IOException {
    Long known = PROVEN.get(user);
    return known != null ? known : prove(user, user.hashCode());
  }

  static long gid(GroupPrincipal group) throws IOException {
    Long known = PROVEN.get(group);
    // JDKs differ in whether the hash code of a group is its id.
    return known != null ? known : prove(group, group.hashCode(), -group.hashCode() - 1);
  }

  private static long prove(UserPrincipal principal, int... candidates) throws IOException {
    for (int candidate : candidates) {
      if (named(principal, Integer.toString(candidate)).equals(principal)) {
        return remember(principal, Integer.toUnsignedLong(candidate));
      }
    }
    throw new IOException(
        "cannot prove which "
            + (principal instanceof GroupPrincipal ? "gid" : "uid")
            + " the peer has; tried "
            + Arrays.toString(candidates));
  }

  private static UserPrincipal named(UserPrincipal like, String digits) throws IOException {
    UserPrincipalLookupService names = FileSystems.getDefault().getUserPrincipalLookupService();
    return like instanceof GroupPrincipal
        ? names.lookupPrincipalByGroupName(digits)
        : names.lookupPrincipalByName(digits);
  }

  private static long remember(UserPrincipal principal, long id) {
    if (PROVEN.size() >= CACHED_IDS) {
      PROVEN.clear();
    }
    PROVEN.put(principal, id);
    return id;
  }
}
