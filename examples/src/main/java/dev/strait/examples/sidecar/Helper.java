package dev.strait.examples.sidecar;

import dev.strait.examples.proto.GreeterGrpc;
import dev.strait.examples.proto.Greeting;
import dev.strait.examples.proto.Name;
import dev.strait.rpc.IpcServerBuilder;
import dev.strait.transport.IpcAddress;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;

/** The helper process: a server that lives as long as its standard input. */
final class Helper {
  private Helper() {}

  public static void main(String[] args) throws IOException {
    Server server =
        IpcServerBuilder.forAddress(IpcAddress.of(args[0]))
            .addService(new Greeter())
            .build()
            .start();
    while (System.in.read() >= 0) {}
    server.shutdownNow();
    System.exit(0);
  }

  private static final class Greeter extends GreeterGrpc.GreeterImplBase {
    @Override
    public void greet(Name request, StreamObserver<Greeting> replies) {
      String text =
          "Hello %s from process %d".formatted(request.getName(), ProcessHandle.current().pid());
      replies.onNext(Greeting.newBuilder().setText(text).build());
      replies.onCompleted();
    }
  }
}
