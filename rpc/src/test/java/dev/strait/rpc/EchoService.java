package dev.strait.rpc;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.stub.StreamObserver;

/** Answers with what it was asked. */
class EchoService extends EchoGrpc.EchoImplBase {
  @Override
  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
    replies.onNext(reply(request, 0));
    replies.onCompleted();
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoReply> replies) {
    for (int i = 0; i < request.getCount(); i++) {
      replies.onNext(reply(request, i));
    }
    replies.onCompleted();
  }

  @Override
  public StreamObserver<EchoRequest> clientStream(StreamObserver<EchoReply> replies) {
    return new StreamObserver<>() {
      private final StringBuilder text = new StringBuilder();
      private int count;

      @Override
      public void onNext(EchoRequest request) {
        text.append(request.getText());
        count++;
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        replies.onNext(EchoReply.newBuilder().setText(text.toString()).setIndex(count).build());
        replies.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<EchoRequest> bidiStream(StreamObserver<EchoReply> replies) {
    return new StreamObserver<>() {
      private int count;

      @Override
      public void onNext(EchoRequest request) {
        replies.onNext(reply(request, count++));
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  static EchoReply reply(EchoRequest request, int index) {
    return EchoReply.newBuilder()
        .setText(request.getText())
        .setPayload(request.getPayload())
        .setIndex(index)
        .build();
  }
}
