package dev.strait.rpc;

import dev.strait.rpc.touchpoint.TargetProvider;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;

/** Found by the service loader, so that {@code ipc:} targets reach Strait. Not for users. */
public final class IpcTargetProvider extends TargetProvider {
  /** For the service loader. */
  public IpcTargetProvider() {}

  @Override
  protected ManagedChannelBuilder<?> builderFor(IpcAddress address) {
    return IpcChannelBuilder.forAddress(address);
  }
}
