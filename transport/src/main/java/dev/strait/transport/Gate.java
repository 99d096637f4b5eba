package dev.strait.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The security gate: decides by the kernel's credentials who enters. Always in the way. */
final class Gate {
  /** Stands for every user that a user namespace does not map: it is nobody in particular. */
  static final long OVERFLOW_ID = 65534;

  private Gate() {}

  /** Whether the policy has something to decide by: an identity, or else nothing to decide. */
  static boolean canApply(IpcAddress address, TransportOptions options) {
    return options.provider().identifiesPeers(address)
        || options.peerPolicy() == PeerPolicy.unlessSet();
  }

  /**
   * Lets the peer of the link in, or throws. A link that tells no identity is denied, unless the
   * provider of such addresses answers for its peers.
   *
   * @return null if the peers of such addresses have no identity
   */
  static @Nullable PeerCredentials admit(IpcAddress address, Link link, TransportOptions options)
      throws PeerRejectedException {
    PeerPolicy policy = options.peerPolicy();
    if (!options.provider().identifiesPeers(address)) {
      if (!canApply(address, options)) {
        throw rejected(address, "of a kind without credentials", policy);
      }
      return null;
    }
    PeerCredentials peer;
    try {
      peer = link.credentials();
    } catch (IOException e) {
      PeerRejectedException unknown =
          rejected(address, "without credentials (" + e.getMessage() + ")", policy);
      unknown.initCause(e);
      throw unknown;
    }
    return admit(address, peer, policy);
  }

  /**
   * Lets the peer in, or throws.
   *
   * @param peer null if the platform told nothing, which is denied
   */
  static PeerCredentials admit(
      IpcAddress address, @Nullable PeerCredentials peer, PeerPolicy policy)
      throws PeerRejectedException {
    if (peer == null) {
      throw rejected(address, "without credentials", policy);
    }
    if (peer.uid() == OVERFLOW_ID) {
      throw rejected(address, peer + " (the overflow uid, which is nobody)", policy);
    }
    if (peer.uid() < 0 || !policy.allows(peer)) {
      throw rejected(address, peer.toString(), policy);
    }
    return peer;
  }

  private static PeerRejectedException rejected(
      IpcAddress address, String peer, PeerPolicy policy) {
    return new PeerRejectedException(
        "peer of " + address + " rejected: it is " + peer + ", expected " + policy);
  }
}
