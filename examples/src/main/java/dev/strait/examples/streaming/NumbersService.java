package dev.strait.examples.streaming;

import dev.strait.examples.proto.Number;
import dev.strait.examples.proto.NumbersGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

final class NumbersService extends NumbersGrpc.NumbersImplBase {
  @Override
  public void square(Number request, StreamObserver<Number> replies) {
    replies.onNext(number(request.getValue() * request.getValue()));
    replies.onCompleted();
  }

  @Override
  public void count(Number request, StreamObserver<Number> replies) {
    new Counter(request.getValue(), (ServerCallStreamObserver<Number>) replies).start();
  }

  @Override
  public StreamObserver<Number> sum(StreamObserver<Number> replies) {
    return new Adder(replies, false);
  }

  @Override
  public StreamObserver<Number> runningSum(StreamObserver<Number> replies) {
    return new Adder(replies, true);
  }

  static Number number(long value) {
    return Number.newBuilder().setValue(value).build();
  }

  /** Sends while the client keeps up, and goes on when it has caught up. */
  private static final class Counter {
    private final long last;
    private final ServerCallStreamObserver<Number> replies;
    private long next = 1;

    Counter(long last, ServerCallStreamObserver<Number> replies) {
      this.last = last;
      this.replies = replies;
    }

    void start() {
      replies.setOnReadyHandler(this::send);
    }

    private void send() {
      while (replies.isReady() && next <= last) {
        replies.onNext(number(next++));
        if (next > last) {
          replies.onCompleted();
        }
      }
    }
  }

  private static final class Adder implements StreamObserver<Number> {
    private final StreamObserver<Number> replies;
    private final boolean eachTime;
    private long sum;

    Adder(StreamObserver<Number> replies, boolean eachTime) {
      this.replies = replies;
      this.eachTime = eachTime;
    }

    @Override
    public void onNext(Number request) {
      sum += request.getValue();
      if (eachTime) {
        replies.onNext(number(sum));
      }
    }

    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {
      if (!eachTime) {
        replies.onNext(number(sum));
      }
      replies.onCompleted();
    }
  }
}
