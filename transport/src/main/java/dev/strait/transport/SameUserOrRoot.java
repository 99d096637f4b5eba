package dev.strait.transport;

/** The default policy. */
final class SameUserOrRoot implements PeerPolicy {
  static final SameUserOrRoot INSTANCE = new SameUserOrRoot();

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
