package dev.strait.examples.streaming;

import dev.strait.examples.proto.Number;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends 1, 2, ... as fast as the server takes them, and gathers what comes back. */
final class SendingCall implements ClientResponseObserver<Number, Number> {
  final CompletableFuture<List<Number>> replies = new CompletableFuture<>();
  private final List<Number> received = new ArrayList<>();
  private final long last;
  private long next = 1;

  SendingCall(long last) {
    this.last = last;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Number> requests) {
    requests.setOnReadyHandler(
        () -> {
          // Not ready: what was sent is still on its way. This runs again when it has arrived.
          while (requests.isReady() && next <= last) {
            requests.onNext(NumbersService.number(next++));
            if (next > last) {
              requests.onCompleted();
            }
          }
        });
  }

  @Override
  public void onNext(Number reply) {
    received.add(reply);
  }

  @Override
  public void onError(Throwable failure) {
    replies.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    replies.complete(received);
  }
}
