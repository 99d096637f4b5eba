package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.server.ServerControl;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process with many channels, each with a connection of its own over which one call has gone. It
 * says how many of them were served and, if not all, why the next one was not; then it keeps them.
 */
final class IdleClients {
  private static final int PATIENCE_SECONDS = 20;

  private IdleClients() {}

  /**
   * Opens the channels and keeps them until standard input ends.
   *
   * @param args the name of the contender, the address of its server, how many channels
   */
  public static void main(String[] args) {
    Contender contender = Contender.named(args[0]);
    int wanted = Integer.parseInt(args[2]);
    ServerControl.run(directory -> open(contender, args[1], wanted));
  }

  private static ServerControl.Served open(Contender contender, String address, int wanted) {
    List<ManagedChannel> channels = new ArrayList<>();
    String served;
    try {
      while (channels.size() < wanted) {
        ManagedChannel channel = contender.channel(address).build();
        channels.add(channel);
        EchoGrpc.newBlockingStub(channel)
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .echo(Payloads.SMALL);
      }
      served = Integer.toString(wanted);
    } catch (StatusRuntimeException | OutOfMemoryError e) {
      // The last one was not.
      served = (channels.size() - 1) + " " + e;
    }
    return new ServerControl.Served(
        served.lines().findFirst().orElseThrow(),
        () -> channels.forEach(ManagedChannel::shutdownNow));
  }
}
