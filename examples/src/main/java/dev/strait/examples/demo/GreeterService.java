package dev.strait.examples.demo;

import dev.strait.examples.proto.GreeterGrpc;
import dev.strait.examples.proto.Greeting;
import dev.strait.examples.proto.Name;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

final class GreeterService extends GreeterGrpc.GreeterImplBase {
  @Override
  public void greet(Name request, StreamObserver<Greeting> replies) {
    replies.onNext(greeting("Hello " + request.getName()));
    replies.onCompleted();
  }

  @Override
  public void greetInAllLanguages(Name request, StreamObserver<Greeting> replies) {
    for (String hello : List.of("Hello", "Bonjour", "Hallo")) {
      replies.onNext(greeting(hello + " " + request.getName()));
    }
    replies.onCompleted();
  }

  @Override
  public StreamObserver<Name> greetTogether(StreamObserver<Greeting> replies) {
    List<String> names = new ArrayList<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(Name name) {
        names.add(name.getName());
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        replies.onNext(greeting("Hello " + String.join(" and ", names)));
        replies.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<Name> greetEach(StreamObserver<Greeting> replies) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Name name) {
        replies.onNext(greeting("Hello " + name.getName()));
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  private static Greeting greeting(String text) {
    return Greeting.newBuilder().setText(text).build();
  }
}
