package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * One stream from the server that never ends, read with an async stub: payload bytes per second,
 * and messages per second beside them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class ServerStreamingBenchmark {
  private static final int BYTES = 16 << 20;

  private final Meter received = new Meter();

  /** Begins the stream, which ends with the channel. */
  @Setup
  public void start(Client client, MessageSize size) {
    client.requireHandlersElsewhere();
    EchoGrpc.newStub(client.channel()).send(size.payload(), new Receiver());
  }

  /** What came before does not count. */
  @Setup(Level.Iteration)
  public void startCounting() {
    received.start();
  }

  /** Waits for so many bytes. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public void receive(MessageSize size, MessageCount count) {
    received.await(BYTES);
    count.messages += BYTES / size.messageBytes;
  }

  private final class Receiver implements StreamObserver<Payload> {
    @Override
    public void onNext(Payload message) {
      received.add(message.getData().size());
    }

    @Override
    public void onError(Throwable failure) {
      received.fail(failure);
    }

    @Override
    public void onCompleted() {
      received.fail(new IllegalStateException("the stream ended"));
    }
  }
}
