package dev.strait.examples.demo;

import dev.strait.transport.IpcAddress;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The server process: prints that it is ready, and ends when its standard input does. */
final class DemoServer {
  private DemoServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Server server =
        Contender.valueOf(args[0])
            .server(IpcAddress.of(args[1]))
            .addService(ServerInterceptors.intercept(new GreeterService(), new PeerSeenByServer()))
            .addService(new EchoService())
            .build()
            .start();
    System.out.println("ready");
    while (System.in.read() >= 0) {}
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    // Whatever threads are left, this process must not outlive the one that started it.
    System.exit(0);
  }
}
