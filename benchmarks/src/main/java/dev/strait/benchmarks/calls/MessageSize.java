package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.Payload;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How large the messages of a stream are. */
@State(Scope.Benchmark)
public class MessageSize {
  /** Bytes of a message: 64, 1 KiB, 16 KiB, 64 KiB, 1 MiB, 16 MiB. */
  @Param({"64", "1024", "16384", "65536", "1048576", "16777216"})
  public int messageBytes;

  Payload payload() {
    return Payloads.ofBytes(messageBytes);
  }
}
