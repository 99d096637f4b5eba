package dev.strait.examples.demo;

import dev.strait.examples.proto.EchoGrpc;
import dev.strait.examples.proto.Payload;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Unary calls of an async stub, so many in flight: each answer sends off the next call. */
final class UnaryThroughput {
  static final int IN_FLIGHT = 128;

  private final EchoGrpc.EchoStub stub;
  private final LongAdder calls = new LongAdder();
  private final CountDownLatch lanesLeft = new CountDownLatch(IN_FLIGHT);
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stop;

  private UnaryThroughput(Channel channel) {
    stub = EchoGrpc.newStub(channel);
  }

  /** Calls per second. */
  static long measure(Channel channel, int millis) throws InterruptedException {
    UnaryThroughput load = new UnaryThroughput(channel);
    long start = System.nanoTime();
    for (int i = 0; i < IN_FLIGHT; i++) {
      load.stub.echo(UnaryLatency.PAYLOAD, load.new Lane());
    }
    Thread.sleep(millis);
    load.stop = true;
    if (!load.lanesLeft.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException(load.lanesLeft.getCount() + " calls were never answered");
    }
    if (!load.failures.isEmpty()) {
      throw new IllegalStateException(load.failures.peek());
    }
    return load.calls.sum() * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - start);
  }

  private final class Lane implements StreamObserver<Payload> {
    @Override
    public void onNext(Payload reply) {}

    @Override
    public void onError(Throwable failure) {
      failures.add(failure);
      lanesLeft.countDown();
    }

    @Override
    public void onCompleted() {
      calls.increment();
      if (stop) {
        lanesLeft.countDown();
      } else {
        stub.echo(UnaryLatency.PAYLOAD, this);
      }
    }
  }
}
