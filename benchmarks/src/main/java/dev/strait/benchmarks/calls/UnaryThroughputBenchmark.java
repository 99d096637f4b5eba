package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Unary calls of an async stub on one channel, always so many in flight, 64 bytes each way: calls
 * per second. Each answer sends off the next call, as in gRPC's own benchmarks.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class UnaryThroughputBenchmark {
  private static final int CALLS = 1_000;

  /** How many calls are in flight at a time. */
  @Param({"1", "8", "128"})
  public int inFlight;

  private final Meter answers = new Meter();
  private EchoGrpc.@Nullable EchoStub stub;
  private @Nullable CountDownLatch lanes;
  private volatile boolean stop;

  /** Sends off the first calls. */
  @Setup
  public void start(Client client) {
    stub = EchoGrpc.newStub(client.channel());
    lanes = new CountDownLatch(inFlight);
    for (int i = 0; i < inFlight; i++) {
      stub.echo(Payloads.SMALL, new Lane(stub, lanes));
    }
  }

  /** What came before does not count. */
  @Setup(Level.Iteration)
  public void startCounting() {
    answers.start();
  }

  /** Lets the last calls end. */
  @TearDown
  public void stop() throws InterruptedException {
    stop = true;
    if (!Objects.requireNonNull(lanes).await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException(lanes.getCount() + " calls were never answered");
    }
  }

  /** Waits for the answers of so many calls. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public void calls() {
    answers.await(CALLS);
  }

  private final class Lane implements StreamObserver<Payload> {
    private final EchoGrpc.EchoStub stub;
    private final CountDownLatch lanes;

    Lane(EchoGrpc.EchoStub stub, CountDownLatch lanes) {
      this.stub = stub;
      this.lanes = lanes;
    }

    @Override
    public void onNext(Payload reply) {}

    @Override
    public void onError(Throwable failure) {
      answers.fail(failure);
      lanes.countDown();
    }

    @Override
    public void onCompleted() {
      answers.add(1);
      if (stop) {
        lanes.countDown();
      } else {
        stub.echo(Payloads.SMALL, this);
      }
    }
  }
}
