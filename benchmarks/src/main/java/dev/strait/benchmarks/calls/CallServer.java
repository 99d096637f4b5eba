package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.server.ServerControl;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The server of the calls rung, and its process. */
public final class CallServer {
  private CallServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param args the name of the contender, and what is demanded of it, if anything is
   */
  public static void main(String[] args) {
    Contender contender = Contender.named(args[0]);
    Demands demands = args.length == 1 ? Demands.NONE : Demands.decode(args[1], args[2]);
    ServerControl.run(directory -> open(contender, directory, demands));
  }

  static ServerControl.Served open(Contender contender, Path directory, Demands demands)
      throws IOException {
    String address = contender.address(directory);
    Server server =
        demands.applyTo(contender.server(address)).addService(new EchoService()).build().start();
    return new ServerControl.Served(
        contender.addressOf(server, address),
        () -> server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
  }
}
