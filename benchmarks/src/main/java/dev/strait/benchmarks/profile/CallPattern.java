package dev.strait.benchmarks.profile;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** In which way unary calls follow each other. */
enum CallPattern {
  /** One thread with a blocking stub; the next call begins when the last one is answered. */
  CLOSED {
    @Override
    void run(Channel channel, Payload payload, int calls) {
      EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
      for (int i = 0; i < calls; i++) {
        stub.echo(payload);
      }
    }
  },

  /** The same, but a call begins each millisecond: so late that nobody spins any more. */
  PACED {
    @Override
    void run(Channel channel, Payload payload, int calls) {
      EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        long begin = start + i * NANOS_BETWEEN_PACED_CALLS;
        while (begin - System.nanoTime() > 0) {
          LockSupport.parkNanos(begin - System.nanoTime());
        }
        stub.echo(payload);
      }
    }
  },

  /** An async stub with {@value #IN_FLIGHT} calls in flight; each answer begins the next call. */
  INFLIGHT {
    @Override
    void run(Channel channel, Payload payload, int calls) throws InterruptedException {
      new Lanes(EchoGrpc.newStub(channel), payload, calls).run();
    }
  };

  static final int IN_FLIGHT = 128;

  private static final long NANOS_BETWEEN_PACED_CALLS = 1_000_000;

  /** The one with this name, as in {@code closed}. */
  static CallPattern named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** Returns when all {@code calls} are answered. */
  abstract void run(Channel channel, Payload payload, int calls) throws InterruptedException;

  private static final class Lanes {
    private final EchoGrpc.EchoStub stub;
    private final Payload payload;
    private final AtomicInteger callsLeft;
    private final CountDownLatch lanesLeft = new CountDownLatch(IN_FLIGHT);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Lanes(EchoGrpc.EchoStub stub, Payload payload, int calls) {
      this.stub = stub;
      this.payload = payload;
      this.callsLeft = new AtomicInteger(calls);
    }

    void run() throws InterruptedException {
      for (int i = 0; i < IN_FLIGHT; i++) {
        next(new Lane());
      }
      if (!lanesLeft.await(10, TimeUnit.MINUTES) || !failures.isEmpty()) {
        throw new IllegalStateException(
            lanesLeft.getCount() + " lanes were never answered", failures.peek());
      }
    }

    private void next(Lane lane) {
      if (callsLeft.getAndDecrement() > 0) {
        stub.echo(payload, lane);
      } else {
        lanesLeft.countDown();
      }
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
        next(this);
      }
    }
  }
}
