package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.BufferPool;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.contract.FaultingProvider;
import dev.strait.transport.contract.Faults;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An address of a test's own with its servers, channels and peers, all of which end with the test
 * and leave no buffer lent.
 */
final class Local implements BeforeEachCallback, AfterEachCallback {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String scheme;
  private final TransportProvider provider;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private IpcAddress address;
  private Path directory;

  private Local(String scheme, TransportProvider provider) {
    this.scheme = scheme;
    this.provider = provider;
  }

  static Local memory() {
    return new Local("memory:", TransportProvider.builtIn());
  }

  static Local unix() {
    return new Local("unix:", TransportProvider.builtIn());
  }

  static Local pipe() {
    return new Local("pipe:", TransportProvider.builtIn());
  }

  /** Servers and channels, but not scripted peers, see bytes split, merged and delayed. */
  static Local faulting() {
    return new Local(
        "memory:",
        new FaultingProvider(TransportProvider.builtIn(), Faults.splitsMergesAndDelays(7)));
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    if (scheme.equals("memory:")) {
      address = IpcAddress.of(scheme + "test-" + NAMES.incrementAndGet());
    } else {
      directory = Files.createTempDirectory("strait");
      address = IpcAddress.of(scheme + directory.resolve("s"));
    }
  }

  IpcAddress address() {
    return address;
  }

  /** Starts a server. */
  Server serve(UnaryOperator<IpcServerBuilder> settings) throws IOException {
    Server server =
        settings.apply(TestBuilders.server(address).transportProvider(provider)).build().start();
    opened.push(() -> end(server));
    return server;
  }

  Server serveEcho() throws IOException {
    return serve(builder -> builder.addService(new EchoService()));
  }

  ManagedChannel channel() {
    return channel(builder -> builder);
  }

  ManagedChannel channel(UnaryOperator<IpcChannelBuilder> settings) {
    ManagedChannel channel =
        settings.apply(TestBuilders.channel(address).transportProvider(provider)).build();
    opened.push(() -> end(channel));
    return channel;
  }

  /** A scripted server at the address. */
  ScriptedPeer.Listening listen() throws IOException {
    return closing(new ScriptedPeer.Listening(address));
  }

  /** A scripted client that has said nothing. */
  ScriptedPeer peer() throws IOException {
    return closing(ScriptedPeer.connect(address));
  }

  /** A scripted client with HELLO over. */
  ScriptedPeer greetedPeer() throws IOException {
    return closing(ScriptedPeer.greet(address));
  }

  <T extends AutoCloseable> T closing(T what) {
    opened.push(what);
    return what;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Throwable first = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception | AssertionError e) {
        first = first == null ? e : first;
      }
    }
    if (directory != null) {
      // Sockets and pipes are gone, unless their server was killed; what stays is the lock, beside
      // the one or among the others.
      Files.deleteIfExists(directory.resolve("s.lock"));
      if (Files.isDirectory(directory.resolve("s"))) {
        Files.deleteIfExists(directory.resolve("s/lock"));
      }
      Files.deleteIfExists(directory.resolve("s"));
      Files.delete(directory);
    }
    if (context.getExecutionException().isEmpty()) {
      if (first instanceof Error error) {
        throw error;
      }
      if (first != null) {
        throw (Exception) first;
      }
      await("all buffers are given back", () -> BufferPool.shared().outstanding() == 0);
    }
  }

  private static void end(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the channel ends");
  }

  private static void end(Server server) throws InterruptedException {
    server.shutdownNow();
    assertTrue(server.awaitTermination(10, TimeUnit.SECONDS), "the server ends");
  }

  /** Waits for another thread, in code that must not be interrupted. */
  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS), "it never happened");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for what another thread is about to do and nothing tells of. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < ScriptedPeer.HANG.toNanos(), what);
      Thread.sleep(2);
    }
  }
}
