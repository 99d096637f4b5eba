package dev.strait.examples.customtransport;

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
 * A call over a transport of the application's own: pipes of the kernel, within this process.
 *
 * <p>{@link NioPipeProvider} finds the server, {@link NioPipeBinding} lets it accept, and {@link
 * NioPipeLink} moves the bytes; all else is Strait's. A test holds the three to what every
 * transport promises: it extends {@code TransportContract} of {@code strait-transport}'s test-jar.
 */
public final class CustomTransport {
  private CustomTransport() {}

  /** Prints the greeting that came back. */
  public static void main(String[] args) throws IOException {
    NioPipeProvider provider = new NioPipeProvider();
    IpcAddress address = NioPipeProvider.address("greeter");
    Server server =
        IpcServerBuilder.forAddress(address)
            .transportProvider(provider)
            .addService(new Greeter(address))
            .build()
            .start();
    ManagedChannel channel =
        IpcChannelBuilder.forAddress(address).transportProvider(provider).build();

    Name name = Name.newBuilder().setName("Ada").build();
    System.out.println(GreeterGrpc.newBlockingStub(channel).greet(name).getText());

    channel.shutdownNow();
    server.shutdownNow();
  }

  private static final class Greeter extends GreeterGrpc.GreeterImplBase {
    private final IpcAddress address;

    Greeter(IpcAddress address) {
      this.address = address;
    }

    @Override
    public void greet(Name request, StreamObserver<Greeting> replies) {
      String text = "Hello %s at %s".formatted(request.getName(), address);
      replies.onNext(Greeting.newBuilder().setText(text).build());
      replies.onCompleted();
    }
  }
}
