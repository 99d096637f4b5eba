package dev.strait.benchmarks;

import com.google.protobuf.ByteString;
import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One unary call at a time through a blocking stub, 64 bytes each way, to a server in a process of
 * its own, over a Unix socket: Strait beside gRPC-Java.
 *
 * <pre>
 * ./mvnw -q -Pfast -pl benchmarks -am package
 * java -cp 'benchmarks/target/fast/classes:benchmarks/target/fast/lib/*' \
 *     org.openjdk.jmh.Main UnaryCallBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
// Long, for gRPC's sake: it has far more code to compile, and measured early it looks slower.
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class UnaryCallBenchmark {
  /** Who is measured: a {@link Contender}. */
  @Param({"strait", "grpc-direct", "grpc-default"})
  public String transport = "";

  private final Payload payload =
      Payload.newBuilder().setData(ByteString.copyFrom(new byte[64])).build();

  private @Nullable ServerProcess server;
  private @Nullable ManagedChannel channel;
  private EchoGrpc.@Nullable EchoBlockingStub stub;

  /** Starts the server and makes the first call, which connects. */
  @Setup
  public void start() throws IOException, InterruptedException {
    Contender contender = Contender.named(transport);
    server = ServerProcess.start(contender);
    channel = contender.channel(server.socket()).build();
    stub = EchoGrpc.newBlockingStub(channel);
    boolean echoes = false;
    try {
      echoes = call().equals(payload);
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

  /** Ends both sides. */
  @TearDown
  public void stop() throws IOException, InterruptedException {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    if (server != null) {
      server.close();
    }
  }

  /** There and back. */
  @Benchmark
  public Payload call() {
    return Objects.requireNonNull(stub).echo(payload);
  }
}
