package dev.strait.examples.streaming;

import dev.strait.examples.proto.Number;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;

/** Takes replies one by one: the next is asked for when this one is done with. */
final class ReceivingCall implements ClientResponseObserver<Number, Number> {
  final CompletableFuture<Long> sum = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init") // beforeStart comes first.
  private ClientCallStreamObserver<Number> call;

  private long sumSoFar;

  @Override
  public void beforeStart(ClientCallStreamObserver<Number> requests) {
    call = requests;
    requests.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(Number reply) {
    sumSoFar += reply.getValue();
    call.request(1);
  }

  @Override
  public void onError(Throwable failure) {
    sum.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    sum.complete(sumSoFar);
  }
}
