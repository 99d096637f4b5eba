package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.proto.Payload;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a unary call carries each way. */
@State(Scope.Benchmark)
public class PayloadSize {
  /** Bytes: none, 64, 1 KiB, 16 KiB, 64 KiB, 1 MiB, 16 MiB. */
  @Param({"0", "64", "1024", "16384", "65536", "1048576", "16777216"})
  public int payloadBytes;

  Payload payload() {
    return Payloads.ofBytes(payloadBytes);
  }
}
