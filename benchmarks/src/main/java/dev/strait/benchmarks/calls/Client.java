package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.server.UsageMeter;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A channel to a server, in a process of its own unless it is gRPC's in-process transport: what
 * every benchmark of calls begins with.
 */
@State(Scope.Benchmark)
public class Client {
  /** Its handlers run in the caller, which a stream without end never leaves. */
  public static final String HANDLERS_IN_THE_CALLER = "grpc-inprocess-direct";

  /** Who is measured: a {@link Contender}. */
  @Param({
    "strait",
    "strait-no-spin",
    "strait-abstract",
    "strait-pipe",
    "grpc-direct",
    "grpc-default",
    "grpc-tcp",
    HANDLERS_IN_THE_CALLER,
    "grpc-inprocess"
  })
  public String transport = "";

  private final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();
  private Demands demands = Demands.NONE;
  private @Nullable CallHost host;
  private @Nullable UsageMeter meter;

  /** Starts the server and makes the first call, which connects. */
  @Setup
  public void start(BenchmarkParams params) throws Exception {
    demands = Demands.of(params);
    host = CallHost.start(Contender.named(transport), demands);
    meter = new UsageMeter(host.process());
    connect();
  }

  /**
   * For streams without end.
   *
   * @throws IllegalArgumentException if handlers run in the caller
   */
  void requireHandlersElsewhere() {
    if (transport.equals(HANDLERS_IN_THE_CALLER)) {
      throw new IllegalArgumentException(
          transport + " runs its handlers in the caller, which a stream without end never leaves");
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
  public void stop() throws Exception {
    channels.forEach(ManagedChannel::shutdownNow);
    for (ManagedChannel channel : channels) {
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
    if (host != null) {
      host.close();
    }
  }

  /** The first one. */
  ManagedChannel channel() {
    return channels.get(0);
  }

  /** One more channel, which has its own connection, over which a call has gone. */
  ManagedChannel connect() throws Exception {
    ManagedChannel channel = demands.applyTo(contender().channel(serverAddress())).build();
    channels.add(channel);
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
    return channel;
  }

  Contender contender() {
    return Contender.named(transport);
  }

  String serverAddress() {
    return Objects.requireNonNull(host).address();
  }
}
