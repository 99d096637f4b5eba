package dev.strait.compatibility.interop;

import dev.strait.rpc.IpcServerBuilder;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.WaitStrategy;
import io.grpc.ManagedChannelBuilder;

/** With spinning off: every wait parks. */
public final class ParkingInteropTest extends InteropSuite {
  public ParkingInteropTest() {
    super("unix:");
  }

  @Override
  IpcServerBuilder server() {
    return super.server().waitStrategy(WaitStrategy.parking());
  }

  @Override
  ManagedChannelBuilder<?> channel() {
    return TestBuilders.channel(address()).waitStrategy(WaitStrategy.parking());
  }
}
