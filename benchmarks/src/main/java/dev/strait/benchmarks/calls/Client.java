package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.server.ServerProcess;
import dev.strait.benchmarks.server.UsageMeter;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A channel to a server in a process of its own: what every benchmark of calls begins with. */
@State(Scope.Benchmark)
public class Client {
  /** Who is measured: a {@link Contender}. */
  @Param({
    "strait",
    "strait-no-spin",
    "strait-abstract",
    "strait-pipe",
    "grpc-direct",
    "grpc-default",
    "grpc-tcp"
  })
  public String transport = "";

  private @Nullable ServerProcess server;
  private @Nullable ManagedChannel channel;
  private @Nullable UsageMeter meter;

  /** Starts the server and makes the first call, which connects. */
  @Setup
  public void start() throws IOException, InterruptedException {
    server = ServerProcess.start(CallServer.class, transport);
    meter = new UsageMeter(server);
    channel = Contender.named(transport).channel(server.address()).build();
    boolean echoes = false;
    try {
      echoes = EchoGrpc.newBlockingStub(channel).echo(Payloads.SMALL).equals(Payloads.SMALL);
    } finally {
      if (!echoes) {
        // JMH tears down only what was set up.
        stop();
      }
    }
    if (!echoes) {
      throw new IllegalStateException(transport + " does not echo");
    }
  }

  /** The iteration begins. */
  @Setup(Level.Iteration)
  public void startMeter() {
    Objects.requireNonNull(meter).start();
  }

  /** The iteration is over. */
  @TearDown(Level.Iteration)
  public void stopMeter() {
    Objects.requireNonNull(meter).stop();
  }

  /** Ends both sides. */
  @TearDown
  public void stop() throws InterruptedException {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    if (server != null) {
      server.close();
    }
  }

  ManagedChannel channel() {
    return Objects.requireNonNull(channel);
  }

  String serverAddress() {
    return Objects.requireNonNull(server).address();
  }
}
