package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc.EchoStub;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Unary calls of async stubs, always so many in flight, 64 bytes each way: calls per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public abstract class CallsInFlight {
  private static final int CALLS = 1_000;

  private @Nullable Lanes lanes;

  /** Sends off the first calls. */
  final void begin(List<EchoStub> stubs, int inFlight) {
    lanes = new Lanes(stubs, inFlight);
    lanes.start();
  }

  /** What came before does not count. */
  @Setup(Level.Iteration)
  public void startCounting() {
    Objects.requireNonNull(lanes).answers().start();
  }

  /** Lets the last calls end. */
  @TearDown
  public void stop() throws InterruptedException {
    Objects.requireNonNull(lanes).stop();
  }

  /** Waits for the answers of so many calls. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void calls() {
    Objects.requireNonNull(lanes).answers().await(CALLS);
  }
}
