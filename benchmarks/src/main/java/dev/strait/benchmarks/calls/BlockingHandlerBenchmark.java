package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.latency.Latencies;
import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.EchoGrpc.EchoStub;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * What a handler that blocks does to the calls beside it: two connections with 500 unary calls a
 * second each, of an async stub, and on the first one the handler of each 100th call blocks. The
 * latencies of all the other calls, from when they were due, are kept for each connection; the
 * score is only the pace that was held.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 5)
@Fork(3)
public class BlockingHandlerBenchmark {
  /** The tag of the calls on the connection that has a blocking handler. */
  public static final String SAME_CONNECTION = "same-connection";

  /** The tag of the calls on the other connection. */
  public static final String OTHER_CONNECTION = "other-connection";

  private static final int CALLS_PER_SECOND = 1_000;
  private static final int BLOCKING_EVERY = 100;

  /** Without a pace, calls wait for those before them. */
  private static final int WARM_UP_IN_FLIGHT = 8;

  /** How long the handler of each 100th call blocks, or 0 if none does. */
  @Param({"0", "5"})
  public int blockingMillis;

  private final Recorder same = Latencies.recorder(SAME_CONNECTION);
  private final Recorder other = Latencies.recorder(OTHER_CONNECTION);
  private final Pace pace = new Pace(CALLS_PER_SECOND);
  private final Semaphore warmUp = new Semaphore(WARM_UP_IN_FLIGHT);
  private final Payload quick = Payloads.pause(0);
  private Payload slow = quick;
  private @Nullable EchoStub sameStub;
  private @Nullable EchoStub otherStub;
  private boolean paced;
  private int calls;
  private volatile @Nullable Throwable failure;

  /** Opens the second connection. */
  @Setup
  public void start(Client client) throws Exception {
    sameStub = EchoGrpc.newStub(client.channel());
    otherStub = EchoGrpc.newStub(client.connect());
    slow = Payloads.pause(blockingMillis);
  }

  /** The first call is due soon. */
  @Setup(Level.Iteration)
  public void startPace(IterationParams iteration) {
    paced = iteration.getType() == IterationType.MEASUREMENT;
    pace.start();
  }

  /** A call on each connection, each when it is due. */
  @Benchmark
  @OperationsPerInvocation(2)
  public void calls() {
    if (failure != null) {
      throw new IllegalStateException("a call failed", failure);
    }
    calls++;
    boolean blocks = calls % BLOCKING_EVERY == 0;
    call(Objects.requireNonNull(sameStub), blocks ? slow : quick, blocks ? null : same);
    call(Objects.requireNonNull(otherStub), quick, other);
  }

  private void call(EchoStub stub, Payload request, @Nullable Recorder latencies) {
    boolean warm = !paced;
    long due;
    if (warm) {
      warmUp.acquireUninterruptibly();
      due = System.nanoTime();
    } else {
      due = pace.awaitNext();
    }
    stub.pause(request, new Answer(due, latencies, warm));
  }

  private final class Answer implements StreamObserver<Payload> {
    private final long due;
    private final @Nullable Recorder latencies;
    private final boolean warm;

    Answer(long due, @Nullable Recorder latencies, boolean warm) {
      this.due = due;
      this.latencies = latencies;
      this.warm = warm;
    }

    @Override
    public void onNext(Payload reply) {}

    @Override
    public void onError(Throwable cause) {
      failure = cause;
      end();
    }

    @Override
    public void onCompleted() {
      if (latencies != null && !warm) {
        latencies.recordValue(System.nanoTime() - due);
      }
      end();
    }

    private void end() {
      if (warm) {
        warmUp.release();
      }
    }
  }
}
