package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server of {@link Parrot} over {@code unix:} and a channel to it. */
final class Pair implements AutoCloseable {
  private final Server server;
  final ManagedChannel channel;

  Pair(Path directory, Consumer<IpcServerBuilder> serving, Consumer<IpcChannelBuilder> calling)
      throws IOException {
    IpcAddress address = IpcAddress.of("unix:" + directory.resolve("s"));
    IpcServerBuilder serverBuilder = IpcServerBuilder.forAddress(address).addService(new Parrot());
    serving.accept(serverBuilder);
    server = serverBuilder.build().start();
    IpcChannelBuilder channelBuilder = IpcChannelBuilder.forAddress(address);
    calling.accept(channelBuilder);
    channel = channelBuilder.build();
  }

  /** Ends both, so that all that is measured has been measured. */
  @Override
  public void close() throws InterruptedException {
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
    server.shutdown();
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
  }
}
