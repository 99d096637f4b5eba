package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.server.ServerControl;
import io.grpc.Server;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The server process of the calls rung. */
public final class CallServer {
  private CallServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param args the name of the contender
   */
  public static void main(String[] args) {
    Contender contender = Contender.named(args[0]);
    ServerControl.run(directory -> open(contender, directory));
  }

  private static ServerControl.Served open(Contender contender, Path directory) throws Exception {
    String address = contender.address(directory);
    Server server = contender.server(address).addService(new EchoService()).build().start();
    return new ServerControl.Served(
        contender.addressOf(server, address),
        () -> server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
  }
}
