package dev.strait.rpc;

import dev.strait.transport.PeerCredentials;
import io.grpc.Attributes;
import io.grpc.Grpc;
import java.net.SocketAddress;

/**
 * The attributes of Strait's calls, beside gRPC's own {@link Grpc#TRANSPORT_ATTR_REMOTE_ADDR} and
 * {@link Grpc#TRANSPORT_ATTR_LOCAL_ADDR}: {@code ServerCall.getAttributes()} on the server, {@code
 * ClientCall.getAttributes()} on the client once the call has a connection.
 */
public final class IpcAttributes {
  /**
   * Who the process at the other end is, as the kernel vouches for it. Not there over {@code
   * pipe:}, whose peers have no identity.
   */
  public static final Attributes.Key<PeerCredentials> PEER_CREDENTIALS =
      Attributes.Key.create("dev.strait.rpc.peer-credentials");

  /** The way back on the connection: calls to what the process at the other end hosts. */
  public static final Attributes.Key<PeerChannel> PEER_CHANNEL =
      Attributes.Key.create("dev.strait.rpc.peer-channel");

  private IpcAttributes() {}

  static Attributes of(Connection connection, boolean connecting) {
    SocketAddress served = connection.address();
    SocketAddress unnamed = new UnnamedAddress(served);
    Attributes.Builder attributes =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, connecting ? served : unnamed)
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, connecting ? unnamed : served);
    PeerCredentials peer = connection.peerCredentials();
    if (peer != null) {
      attributes.set(PEER_CREDENTIALS, peer);
    }
    return attributes.build();
  }

  /** The end of a connection that connected: it has no name of its own. */
  private static final class UnnamedAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    private final SocketAddress served;

    UnnamedAddress(SocketAddress served) {
      this.served = served;
    }

    @Override
    public String toString() {
      return "a client of " + served;
    }
  }
}
