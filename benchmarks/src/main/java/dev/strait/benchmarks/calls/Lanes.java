package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc.EchoStub;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Unary calls, always so many in flight: each answer sends off the next call, as in gRPC's own
 * benchmarks. With several stubs, each lane takes one after the other.
 */
final class Lanes {
  private final Meter answers = new Meter();
  private final List<EchoStub> stubs;
  private final CountDownLatch open;
  private volatile boolean stop;

  Lanes(List<EchoStub> stubs, int inFlight) {
    this.stubs = List.copyOf(stubs);
    open = new CountDownLatch(inFlight);
  }

  /** Sends off the first calls. */
  void start() {
    long lanes = open.getCount();
    for (long i = 0; i < lanes; i++) {
      new Lane((int) (i * stubs.size() / lanes)).call();
    }
  }

  /** How many answers have come. */
  Meter answers() {
    return answers;
  }

  /** Lets the last calls end. */
  void stop() throws InterruptedException {
    stop = true;
    if (!open.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException(open.getCount() + " calls were never answered");
    }
  }

  private final class Lane implements StreamObserver<Payload> {
    private int next;

    Lane(int first) {
      next = first;
    }

    void call() {
      EchoStub stub = stubs.get(next);
      next = (next + 1) % stubs.size();
      stub.echo(Payloads.SMALL, this);
    }

    @Override
    public void onNext(Payload reply) {}

    @Override
    public void onError(Throwable failure) {
      answers.fail(failure);
      open.countDown();
    }

    @Override
    public void onCompleted() {
      answers.add(1);
      if (stop) {
        open.countDown();
      } else {
        call();
      }
    }
  }
}
