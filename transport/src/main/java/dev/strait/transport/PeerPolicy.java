package dev.strait.transport;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which peers may enter. Checked by the security gate on both sides before any byte of an
 * application goes out or comes in. The overflow uid 65534 never enters, whatever the policy says.
 *
 * <p>Implementations are thread-safe and do not block.
 */
public interface PeerPolicy {
  /** Whether this peer may enter. Must not decide by pid. */
  boolean allows(PeerCredentials peer);

  /** What the policy expects, for error messages: "uid 1000 or root". */
  @Override
  String toString();

  /**
   * What holds unless a policy is set: {@link #sameUserOrRoot} wherever the kernel vouches for the
   * peer's identity. Where it does not ({@code pipe:}), the mode of the directory is the gate.
   * Every other policy needs an identity, and is refused where there is none.
   */
  static PeerPolicy unlessSet() {
    return SameUserOrRoot.UNLESS_SET;
  }

  /** The uid of this process, or root. */
  static PeerPolicy sameUserOrRoot() {
    return SameUserOrRoot.INSTANCE;
  }

  /** Peers of one of these uids. */
  static PeerPolicy uids(long... uids) {
    Set<Long> allowed = Arrays.stream(uids).boxed().collect(Collectors.toUnmodifiableSet());
    return matching("one of the uids " + allowed, peer -> allowed.contains(peer.uid()));
  }

  /** Peers whose primary group is one of these. */
  static PeerPolicy gids(long... gids) {
    Set<Long> allowed = Arrays.stream(gids).boxed().collect(Collectors.toUnmodifiableSet());
    return matching("one of the primary gids " + allowed, peer -> allowed.contains(peer.gid()));
  }

  /**
   * Peers that match a predicate.
   *
   * @param expectation what is expected, for error messages
   */
  static PeerPolicy matching(String expectation, Predicate<PeerCredentials> allowed) {
    return new PeerPolicy() {
      @Override
      public boolean allows(PeerCredentials peer) {
        return allowed.test(peer);
      }

      @Override
      public String toString() {
        return expectation;
      }
    };
  }
}
