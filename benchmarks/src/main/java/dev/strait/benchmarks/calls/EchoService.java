package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** What the server does: as little as possible. */
final class EchoService extends EchoGrpc.EchoImplBase {
  @Override
  public void echo(Payload request, StreamObserver<Payload> replies) {
    replies.onNext(request);
    replies.onCompleted();
  }

  @Override
  public void pause(Payload request, StreamObserver<Payload> replies) {
    int millis = request.getData().byteAt(0);
    if (millis > 0) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        // The call was cancelled.
        Thread.currentThread().interrupt();
      }
    }
    echo(request, replies);
  }

  @Override
  public void send(Payload request, StreamObserver<Payload> replies) {
    ServerCallStreamObserver<Payload> flow = (ServerCallStreamObserver<Payload>) replies;
    flow.setOnCancelHandler(() -> {});
    flow.setOnReadyHandler(
        () -> {
          while (flow.isReady()) {
            flow.onNext(request);
          }
        });
  }

  @Override
  public StreamObserver<Payload> receive(StreamObserver<Payload> replies) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Payload request) {}

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        replies.onNext(Payload.getDefaultInstance());
        replies.onCompleted();
      }
    };
  }
}
