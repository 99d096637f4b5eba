package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.Payload;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How large the messages of a stream are. */
@State(Scope.Benchmark)
public class MessageSize {
  /** Bytes of a message: 64, 64 KiB, 1 MiB. */
  @Param({"64", "65536", "1048576"})
  public int messageBytes;

  Payload payload() {
    return Payloads.ofBytes(messageBytes);
  }
}
