package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Threads;
import dev.strait.transport.contract.TestRun;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A server over {@code unix:} and a channel to it. */
final class Pair implements AutoCloseable {
  private final Phaser running = new Phaser(1);
  private final Server server;
  final ManagedChannel channel;

  Pair(
      Path directory,
      ServerServiceDefinition service,
      Consumer<IpcServerBuilder> serving,
      Consumer<IpcChannelBuilder> calling)
      throws IOException {
    IpcAddress address = IpcAddress.of("unix:" + directory.resolve("s"));
    IpcServerBuilder serverBuilder =
        TestBuilders.server(address)
            .addService(service)
            .threadFactory(task -> Threads.daemonFactory().newThread(counted(task)));
    TestRun.executor()
        .ifPresent(pool -> serverBuilder.executor(task -> pool.execute(counted(task))));
    serving.accept(serverBuilder);
    server = serverBuilder.build().start();
    IpcChannelBuilder channelBuilder = TestBuilders.channel(address);
    calling.accept(channelBuilder);
    channel = channelBuilder.build();
  }

  Pair(Path directory, ServerServiceDefinition service) throws IOException {
    this(directory, service, serving -> {}, calling -> {});
  }

  Pair(Path directory, BindableService service) throws IOException {
    this(directory, service.bindService());
  }

  private Runnable counted(Runnable task) {
    running.register();
    return () -> {
      try {
        task.run();
      } finally {
        running.arriveAndDeregister();
      }
    };
  }

  /**
   * Ends both in order, and waits for the handlers, so that all that is measured has been measured.
   */
  @Override
  public void close() throws InterruptedException, TimeoutException {
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
    server.shutdown();
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
    running.awaitAdvanceInterruptibly(running.arrive(), 10, TimeUnit.SECONDS);
  }
}
