package dev.strait.benchmarks.bytes;

import dev.strait.benchmarks.server.ServerControl;
import java.nio.file.Path;

/** The server process of the bytes rung. */
final class ByteServer {
  private ByteServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param args the name of the contender and that of the service
   */
  public static void main(String[] args) {
    Contender contender = Contender.named(args[0]);
    Service service = Service.valueOf(args[1]);
    ServerControl.run(directory -> open(contender, service, directory));
  }

  private static ServerControl.Served open(Contender contender, Service service, Path directory)
      throws Exception {
    String address = contender.address(directory);
    return new ServerControl.Served(address, contender.serve(address, service));
  }
}
