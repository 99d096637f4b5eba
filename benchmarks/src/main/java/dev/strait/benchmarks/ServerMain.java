package dev.strait.benchmarks;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The server process: prints that it is ready, and ends when its standard input does. */
final class ServerMain {
  static final String READY = "ready";

  private ServerMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Server server =
        Contender.valueOf(args[0]).server(Path.of(args[1])).addService(new Echo()).build().start();
    System.out.println(READY);
    while (System.in.read() >= 0) {}
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    // Whatever threads are left, this process must not outlive the one that started it.
    System.exit(0);
  }

  private static final class Echo extends EchoGrpc.EchoImplBase {
    @Override
    public void echo(Payload request, StreamObserver<Payload> replies) {
      replies.onNext(request);
      replies.onCompleted();
    }
  }
}
