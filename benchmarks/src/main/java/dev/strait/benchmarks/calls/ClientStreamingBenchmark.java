package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
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
 * One stream to the server that never ends, sent with an async stub whenever the call is ready:
 * payload bytes per second, and messages per second beside them. Flow control lets the sender be
 * ahead of the receiver by a fixed amount only, so in the long run what was sent did arrive.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 10, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(3)
public class ClientStreamingBenchmark {
  private static final int BYTES = 16 << 20;

  private final Meter sent = new Meter();

  /** Begins the stream, which ends with the channel. */
  @Setup
  public void start(Client client, MessageSize size) {
    client.requireHandlersElsewhere();
    EchoGrpc.newStub(client.channel()).receive(new Sender(size.payload()));
  }

  /** What went before does not count. */
  @Setup(Level.Iteration)
  public void startCounting() {
    sent.start();
  }

  /** Waits until so many bytes have gone. */
  @Benchmark
  @OperationsPerInvocation(BYTES)
  public void send(MessageSize size, MessageCount count) {
    sent.await(BYTES);
    count.messages += BYTES / size.messageBytes;
  }

  private final class Sender implements ClientResponseObserver<Payload, Payload> {
    private final Payload message;

    Sender(Payload message) {
      this.message = message;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Payload> call) {
      call.setOnReadyHandler(
          () -> {
            while (call.isReady()) {
              call.onNext(message);
              sent.add(message.getData().size());
            }
          });
    }

    @Override
    public void onNext(Payload reply) {}

    @Override
    public void onError(Throwable failure) {
      sent.fail(failure);
    }

    @Override
    public void onCompleted() {
      sent.fail(new IllegalStateException("the stream ended"));
    }
  }
}
