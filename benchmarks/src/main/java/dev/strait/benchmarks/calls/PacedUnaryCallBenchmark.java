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
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * Unary calls of a blocking stub at a pace of 1,000 a second, 64 bytes each way. What counts is the
 * time from when a call was due, not from when it was made: one that is late because the one before
 * took long has waited all the same. These are the {@link Latencies}; the score itself is only the
 * pace that was held.
 *
 * <p>The warm-up goes without a pace, or the code would stay cold: 1,000 calls a second are too few
 * for the compiler to take notice in time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 5)
@Fork(3)
public class PacedUnaryCallBenchmark {
  private static final int CALLS_PER_SECOND = 1_000;

  private final Recorder latencies = Latencies.recorder(Latencies.LATENCY);
  private final Pace pace = new Pace(CALLS_PER_SECOND);
  private EchoGrpc.@Nullable EchoBlockingStub stub;
  private boolean paced;

  /** Makes the stub. */
  @Setup
  public void start(Client client) {
    stub = EchoGrpc.newBlockingStub(client.channel());
  }

  /** The first call is due soon. */
  @Setup(Level.Iteration)
  public void startPace(IterationParams iteration) {
    paced = iteration.getType() == IterationType.MEASUREMENT;
    pace.start();
  }

  /** Waits until the next call is due, and makes it. */
  @Benchmark
  public Payload call() {
    long due = paced ? pace.awaitNext() : System.nanoTime();
    Payload reply = Objects.requireNonNull(stub).echo(Payloads.SMALL);
    latencies.recordValue(System.nanoTime() - due);
    return reply;
  }
}
