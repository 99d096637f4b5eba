package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import java.util.ArrayList;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Unary calls of async stubs over several channels, each with a connection of its own, always 128
 * in flight over all of them, which take turns; 64 bytes each way: calls per second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class ConnectionsBenchmark {
  private static final int CALLS = 1_000;

  private static final int IN_FLIGHT = 128;

  /** How many connections there are. */
  @Param({"1", "10", "100", "1000"})
  public int connections;

  private @Nullable Lanes lanes;

  /** Opens the connections and sends off the first calls. */
  @Setup
  public void start(Client client) throws Exception {
    List<EchoGrpc.EchoStub> stubs = new ArrayList<>();
    stubs.add(EchoGrpc.newStub(client.channel()));
    while (stubs.size() < connections) {
      stubs.add(EchoGrpc.newStub(client.connect()));
    }
    lanes = new Lanes(stubs, IN_FLIGHT);
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
