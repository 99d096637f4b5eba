package dev.strait.compatibility.interop;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;

/** Through a target string, as a program does that knows of Strait only by it. */
public final class TargetInteropTest extends InteropSuite {
  public TargetInteropTest() {
    super("unix:");
  }

  @Override
  ManagedChannelBuilder<?> channel() {
    return Grpc.newChannelBuilder("ipc://" + address().name(), InsecureChannelCredentials.create());
  }
}
