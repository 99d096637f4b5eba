package dev.strait.examples.demo;

import dev.strait.examples.proto.EchoGrpc;
import dev.strait.examples.proto.Payload;
import io.grpc.stub.StreamObserver;

final class EchoService extends EchoGrpc.EchoImplBase {
  @Override
  public void echo(Payload request, StreamObserver<Payload> replies) {
    replies.onNext(request);
    replies.onCompleted();
  }
}
