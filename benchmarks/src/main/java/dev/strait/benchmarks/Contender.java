package dev.strait.benchmarks;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import java.nio.file.Path;
import java.util.Locale;

/** Who is measured. */
enum Contender {
  /** Strait with its defaults. */
  STRAIT {
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
  GRPC_DIRECT {
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
  GRPC_DEFAULT {
    @Override
    ServerBuilder<?> server(Path socket) {
      return NettyUnix.server(socket);
    }

    @Override
    ManagedChannelBuilder<?> channel(Path socket) {
      return NettyUnix.channel(socket);
    }
  };

  /** The one with this name, as in {@code grpc-direct}. */
  static Contender named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  abstract ServerBuilder<?> server(Path socket);

  abstract ManagedChannelBuilder<?> channel(Path socket);
}
