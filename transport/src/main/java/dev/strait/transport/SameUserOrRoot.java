package dev.strait.transport;

/** The uid of this process, or root. */
final class SameUserOrRoot implements PeerPolicy {
  static final SameUserOrRoot INSTANCE = new SameUserOrRoot();

  /** Another instance, so that it can be told from one that the application asked for. */
  static final SameUserOrRoot UNLESS_SET = new SameUserOrRoot();

  private SameUserOrRoot() {}

  @Override
  public boolean allows(PeerCredentials peer) {
    return peer.uid() == 0 || peer.uid() == OwnIdentity.uid();
  }

  @Override
  public String toString() {
    return "uid " + OwnIdentity.uid() + " or root";
  }
}
