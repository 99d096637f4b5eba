package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.latency.Latencies;
import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One unary call at a time through a blocking stub, with the same payload each way: microseconds
 * per call, and their distribution as {@link Latencies}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
// Long, for gRPC's sake: it has far more code to compile, and measured early it looks slower.
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class UnaryCallBenchmark {
  private final Recorder latencies = Latencies.recorder(Latencies.LATENCY);

  private EchoGrpc.@Nullable EchoBlockingStub stub;
  private Payload payload = Payload.getDefaultInstance();

  /** Makes the stub. */
  @Setup
  public void start(Client client, PayloadSize size) {
    stub = EchoGrpc.newBlockingStub(client.channel());
    payload = size.payload();
  }

  /** There and back. */
  @Benchmark
  public Payload call() {
    long start = System.nanoTime();
    Payload reply = Objects.requireNonNull(stub).echo(payload);
    latencies.recordValue(System.nanoTime() - start);
    return reply;
  }
}
