package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server over {@code unix:} and a channel to it. */
final class Pair implements AutoCloseable {
  private final Server server;
  final ManagedChannel channel;

  Pair(Path directory, ServerServiceDefinition service) throws IOException {
    IpcAddress address = IpcAddress.of("unix:" + directory.resolve("s"));
    server = IpcServerBuilder.forAddress(address).addService(service).build().start();
    channel = IpcChannelBuilder.forAddress(address).build();
  }

  Pair(Path directory, BindableService service) throws IOException {
    this(directory, service.bindService());
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
  }
}
