package dev.strait.rpc.testing;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.TestRun;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;

/**
 * Where tests get their builders: they begin with what {@link TestRun} says. A test that is about
 * spinning or about the thread of a callback sets that itself, to either.
 */
public final class TestBuilders {
  private TestBuilders() {}

  public static IpcServerBuilder server(IpcAddress address) {
    IpcServerBuilder builder =
        IpcServerBuilder.forAddress(address).waitStrategy(TestRun.waitStrategy());
    TestRun.executor().ifPresent(builder::executor);
    return builder;
  }

  public static IpcChannelBuilder channel(IpcAddress address) {
    return begin(IpcChannelBuilder.forAddress(address));
  }

  /**
   * Through gRPC's own entry.
   *
   * @param target begins with "ipc:"
   */
  public static IpcChannelBuilder channel(String target) {
    return begin(
        (IpcChannelBuilder) Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()));
  }

  private static IpcChannelBuilder begin(IpcChannelBuilder builder) {
    builder.waitStrategy(TestRun.waitStrategy());
    TestRun.executor().ifPresent(builder::executor);
    return builder;
  }
}
