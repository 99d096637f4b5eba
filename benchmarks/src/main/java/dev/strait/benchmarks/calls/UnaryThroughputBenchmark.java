package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.EchoGrpc;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** {@link CallsInFlight} on one channel, however many they are. */
public class UnaryThroughputBenchmark extends CallsInFlight {
  /** How many calls are in flight at a time. */
  @Param({"1", "8", "64", "128", "512"})
  public int inFlight;

  /** Sends off the first calls. */
  @Setup
  public void start(Client client) {
    begin(List.of(EchoGrpc.newStub(client.channel())), inFlight);
  }
}
