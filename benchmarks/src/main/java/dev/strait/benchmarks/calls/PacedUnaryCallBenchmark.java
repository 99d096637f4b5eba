package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * took long has waited all the same. These latencies are {@link PacedLatencies}; the score itself
 * is only the pace that was held.
 *
 * <p>The warm-up goes without a pace, or the code would stay cold: 1,000 calls a second are too few
 * for the compiler to take notice in time.
 *
 * <p>Between calls the thread sleeps, and spins for the last {@value #SPIN_MICROS} microseconds,
 * because a timer would add its own lateness to every latency.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 5)
@Fork(3)
public class PacedUnaryCallBenchmark {
  private static final int CALLS_PER_SECOND = 1_000;
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1) / CALLS_PER_SECOND;
  private static final int SPIN_MICROS = 150;

  private EchoGrpc.@Nullable EchoBlockingStub stub;
  private boolean paced;
  private long due;

  /** Makes the stub. */
  @Setup
  public void start(Client client) {
    stub = EchoGrpc.newBlockingStub(client.channel());
  }

  /** The first call is due now. */
  @Setup(Level.Iteration)
  public void startPace(IterationParams iteration) {
    paced = iteration.getType() == IterationType.MEASUREMENT;
    due = System.nanoTime();
  }

  /** Waits until the next call is due, and makes it. */
  @Benchmark
  public Payload call() {
    if (paced) {
      due += PERIOD_NANOS;
      awaitDue();
    } else {
      due = System.nanoTime();
    }
    Payload reply = Objects.requireNonNull(stub).echo(Payloads.SMALL);
    PacedLatencies.record(System.nanoTime() - due);
    return reply;
  }

  /** Parks, since {@link Thread#sleep} takes whole milliseconds on Java 17. */
  private void awaitDue() {
    long parkNanos = due - System.nanoTime() - TimeUnit.MICROSECONDS.toNanos(SPIN_MICROS);
    if (parkNanos > 0) {
      LockSupport.parkNanos(parkNanos);
    }
    while (System.nanoTime() - due < 0) {
      Thread.onSpinWait();
    }
  }
}
