package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A test that runs on each {@link Wire}; its servers and channels end with it. */
@ParameterizedClass
@EnumSource(Wire.class)
abstract class OnEachWire {
  @Parameter Wire wire;
  @TempDir Path directory;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  Server serve(Consumer<ServerBuilder<?>> settings) throws IOException {
    return serve(wire.newAddress(directory), settings);
  }

  Server serve(SocketAddress address, Consumer<ServerBuilder<?>> settings) throws IOException {
    ServerBuilder<?> builder = wire.serverBuilder(address);
    settings.accept(builder);
    Server server = builder.build().start();
    opened.push(
        () -> {
          server.shutdownNow();
          assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
        });
    return server;
  }

  Server serve(BindableService service) throws IOException {
    return serve(builder -> builder.addService(service));
  }

  ManagedChannel channelTo(Server server, Consumer<ManagedChannelBuilder<?>> settings) {
    ManagedChannelBuilder<?> builder = wire.channelBuilder(server);
    settings.accept(builder);
    ManagedChannel channel = builder.build();
    opened.push(
        () -> {
          channel.shutdownNow();
          assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
        });
    return channel;
  }

  ManagedChannel channelTo(Server server) {
    return channelTo(server, builder -> {});
  }

  /** A channel to a new server of this service. */
  ManagedChannel channelTo(BindableService service) throws IOException {
    return channelTo(serve(service));
  }

  @AfterEach
  void endAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
