package dev.strait.examples.hello;

import dev.strait.examples.ExampleAddress;
import dev.strait.examples.proto.GreeterGrpc;
import dev.strait.examples.proto.Greeting;
import dev.strait.examples.proto.Name;
import dev.strait.rpc.IpcChannelBuilder;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/**
 * A server, a client and one call: gRPC's own stubs and API, but for the two builders.
 *
 * <p>Argument: the address, {@code pipe:/tmp/pipes} for instance; by default a socket in a new
 * temporary directory.
 */
public final class Hello {
  private Hello() {}

  /** Prints the greeting that came back. */
  public static void main(String[] args) throws IOException {
    IpcAddress address = ExampleAddress.of(args);
    Server server = IpcServerBuilder.forAddress(address).addService(new Greeter()).build().start();
    ManagedChannel channel = IpcChannelBuilder.forAddress(address).build();

    Name name = Name.newBuilder().setName("Ada").build();
    System.out.println(GreeterGrpc.newBlockingStub(channel).greet(name).getText());

    channel.shutdownNow();
    server.shutdownNow();
  }

  private static final class Greeter extends GreeterGrpc.GreeterImplBase {
    @Override
    public void greet(Name request, StreamObserver<Greeting> replies) {
      replies.onNext(Greeting.newBuilder().setText("Hello " + request.getName()).build());
      replies.onCompleted();
    }
  }
}
