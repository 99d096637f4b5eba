package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Unary calls of async stubs over several channels, each with a connection of its own, always 128
 * in flight over all of them, which take turns; 64 bytes each way: calls per second.
 */
public class ConnectionsBenchmark extends CallsInFlight {
  private static final int IN_FLIGHT = 128;

  /** How many connections there are. */
  @Param({"1", "10", "100", "1000"})
  public int connections;

  /** Opens the connections and sends off the first calls. */
  @Setup
  public void start(Client client) throws Exception {
    List<EchoGrpc.EchoStub> stubs = new ArrayList<>();
    stubs.add(EchoGrpc.newStub(client.channel()));
    while (stubs.size() < connections) {
      stubs.add(EchoGrpc.newStub(client.connect()));
    }
    begin(stubs, IN_FLIGHT);
  }
}
