package dev.strait.rpc.touchpoint;

import dev.strait.transport.IpcAddress;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Knows the scheme {@code ipc:}, so that targets with it find Strait's channels. */
public final class IpcNameResolverProvider extends NameResolverProvider {
  /** Below DNS, or this would become the scheme of targets without one. */
  private static final int PRIORITY = 4;

  /** For the service loader. */
  public IpcNameResolverProvider() {}

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return PRIORITY;
  }

  @Override
  public String getDefaultScheme() {
    return IpcTarget.SCHEME;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(IpcAddress.class);
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    IpcAddress address = IpcTarget.parse(target.toString());
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "localhost";
      }

      @Override
      public void start(Listener2 listener) {
        listener.onResult(
            ResolutionResult.newBuilder()
                .setAddressesOrError(
                    StatusOr.fromValue(List.of(new EquivalentAddressGroup(address))))
                .build());
      }

      @Override
      public void shutdown() {}
    };
  }
}
