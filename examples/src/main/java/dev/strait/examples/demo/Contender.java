package dev.strait.examples.demo;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import java.nio.file.Path;

/** Who is measured. */
enum Contender {
  /** Strait with its defaults. */
  STRAIT("Strait") {
    @Override
    ServerBuilder<?> server(Path socket) {
      return IpcServerBuilder.forAddress(IpcAddress.of("unix:" + socket));
    }

    @Override
    ManagedChannelBuilder<?> channel(Path socket) {
      return IpcChannelBuilder.forAddress(IpcAddress.of("unix:" + socket));
    }
  },

  /** gRPC-Java at its best: no hand-off to a thread pool on either side. */
  GRPC_DIRECT("gRPC-Java, directExecutor") {
    @Override
    ServerBuilder<?> server(Path socket) {
      return NettyUnix.server(socket).directExecutor();
    }

    @Override
    ManagedChannelBuilder<?> channel(Path socket) {
      return NettyUnix.channel(socket).directExecutor();
    }
  },

  /** gRPC-Java as it comes. */
  GRPC("gRPC-Java, defaults") {
    @Override
    ServerBuilder<?> server(Path socket) {
      return NettyUnix.server(socket);
    }

    @Override
    ManagedChannelBuilder<?> channel(Path socket) {
      return NettyUnix.channel(socket);
    }
  };

  private final String label;

  Contender(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract ServerBuilder<?> server(Path socket);

  abstract ManagedChannelBuilder<?> channel(Path socket);
}
