package dev.strait.examples.demo;

import dev.strait.examples.proto.GreeterGrpc;
import dev.strait.examples.proto.Greeting;
import dev.strait.examples.proto.Name;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One call of each kind, through the generated stubs, and who answered them. */
final class FourCalls {
  private final GreeterGrpc.GreeterBlockingStub blocking;
  private final GreeterGrpc.GreeterStub async;

  private FourCalls(Channel channel) {
    blocking = GreeterGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    async = GreeterGrpc.newStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  static void make(Channel channel) {
    PeerSeenByClient seen = new PeerSeenByClient();
    FourCalls calls = new FourCalls(ClientInterceptors.intercept(channel, seen));
    print("unary", List.of("Ada"), List.of(calls.blocking.greet(name("Ada"))));
    print(
        "server streaming", List.of("Ada"), list(calls.blocking.greetInAllLanguages(name("Ada"))));
    calls.streamNames("client streaming", calls.async::greetTogether);
    calls.streamNames("bidirectional streaming", calls.async::greetEach);
    Saw.print(seen.peer());
  }

  private void streamNames(
      String kind, Function<StreamObserver<Greeting>, StreamObserver<Name>> method) {
    List<String> names = List.of("Ada", "Grace");
    Collector replies = new Collector();
    StreamObserver<Name> requests = method.apply(replies);
    names.forEach(name -> requests.onNext(name(name)));
    requests.onCompleted();
    print(kind, names, replies.all.join());
  }

  private static void print(String kind, List<String> sent, List<Greeting> received) {
    String answers = String.join(", ", received.stream().map(Greeting::getText).toList());
    System.out.printf("%-24s %-11s -> %s%n", kind, String.join(", ", sent), answers);
  }

  private static Name name(String name) {
    return Name.newBuilder().setName(name).build();
  }

  private static List<Greeting> list(Iterator<Greeting> replies) {
    List<Greeting> all = new ArrayList<>();
    replies.forEachRemaining(all::add);
    return all;
  }

  private static final class Collector implements StreamObserver<Greeting> {
    final CompletableFuture<List<Greeting>> all = new CompletableFuture<>();
    private final List<Greeting> received = new ArrayList<>();

    @Override
    public void onNext(Greeting reply) {
      received.add(reply);
    }

    @Override
    public void onError(Throwable failure) {
      all.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      all.complete(received);
    }
  }
}
