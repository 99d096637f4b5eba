package dev.strait.compatibility.interop;

import dev.strait.rpc.testing.TestBuilders;
import io.grpc.ManagedChannelBuilder;

/** Through a target string, as a program does that knows of Strait only by it. */
public final class TargetInteropTest extends InteropSuite {
  public TargetInteropTest() {
    super("unix:");
  }

  @Override
  ManagedChannelBuilder<?> channel() {
    return TestBuilders.channel("ipc://" + address().name());
  }
}
