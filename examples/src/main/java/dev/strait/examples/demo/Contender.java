package dev.strait.examples.demo;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;

/** Who is measured. */
enum Contender {
  /** Strait with its defaults. */
  STRAIT("Strait") {
    @Override
    ServerBuilder<?> server(IpcAddress address) {
      return IpcServerBuilder.forAddress(address);
    }

    @Override
    ManagedChannelBuilder<?> channel(IpcAddress address) {
      return IpcChannelBuilder.forAddress(address);
    }
  },

  /** gRPC-Java at its best: no hand-off to a thread pool on either side. */
  GRPC_DIRECT("gRPC-Java, directExecutor") {
    @Override
    ServerBuilder<?> server(IpcAddress address) {
      return NettyUnix.server(address).directExecutor();
    }

    @Override
    ManagedChannelBuilder<?> channel(IpcAddress address) {
      return NettyUnix.channel(address).directExecutor();
    }
  },

  /** gRPC-Java as it comes. */
  GRPC("gRPC-Java, defaults") {
    @Override
    ServerBuilder<?> server(IpcAddress address) {
      return NettyUnix.server(address);
    }

    @Override
    ManagedChannelBuilder<?> channel(IpcAddress address) {
      return NettyUnix.channel(address);
    }
  };

  private final String label;

  Contender(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract ServerBuilder<?> server(IpcAddress address);

  abstract ManagedChannelBuilder<?> channel(IpcAddress address);
}
