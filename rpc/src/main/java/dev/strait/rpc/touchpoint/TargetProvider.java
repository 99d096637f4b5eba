package dev.strait.rpc.touchpoint;

import dev.strait.transport.IpcAddress;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Set;

/**
 * Lets {@code Grpc.newChannelBuilder("ipc:...", InsecureChannelCredentials.create())} make Strait's
 * channels. Every other target stays with the providers that serve it today.
 */
public abstract class TargetProvider extends ManagedChannelProvider {
  /** Below every provider of ordinary gRPC, so that none of their targets comes here. */
  private static final int PRIORITY = 1;

  /** The builder for an address. */
  protected abstract ManagedChannelBuilder<?> builderFor(IpcAddress address);

  @Override
  protected final boolean isAvailable() {
    return true;
  }

  @Override
  protected final int priority() {
    return PRIORITY;
  }

  @Override
  protected final ManagedChannelBuilder<?> builderForAddress(String name, int port) {
    throw new UnsupportedOperationException(
        "Strait connects processes on one machine; use a gRPC transport for " + name + ":" + port);
  }

  @Override
  protected final ManagedChannelBuilder<?> builderForTarget(String target) {
    return builderFor(IpcTarget.parse(target));
  }

  @Override
  protected final NewChannelBuilderResult newChannelBuilder(
      String target, ChannelCredentials credentials) {
    if (!(credentials instanceof InsecureChannelCredentials)) {
      return NewChannelBuilderResult.error(
          "ipc: takes InsecureChannelCredentials: the kernel vouches for the peer. Came: "
              + credentials.getClass().getName());
    }
    try {
      return NewChannelBuilderResult.channelBuilder(builderForTarget(target));
    } catch (IllegalArgumentException e) {
      return NewChannelBuilderResult.error(String.valueOf(e.getMessage()));
    }
  }

  @Override
  protected final NewChannelBuilderResult newChannelBuilder(
      String target,
      ChannelCredentials credentials,
      NameResolverRegistry registry,
      NameResolverProvider resolver) {
    return newChannelBuilder(target, credentials);
  }

  @Override
  protected final Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
    return Set.of(IpcAddress.class);
  }
}
