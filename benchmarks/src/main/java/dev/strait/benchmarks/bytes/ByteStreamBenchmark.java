package dev.strait.benchmarks.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Bytes in one direction, written 64 KiB at a time: bytes per second. The server acknowledges each
 * 16 MiB, and that is waited for, so what counts did arrive.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ByteStreamBenchmark {
  private static final int WRITE_BYTES = 64 << 10;

  private final ByteBuffer data = ByteBuffer.allocateDirect(WRITE_BYTES);
  private final Sink acknowledgement = any -> {};
  private @Nullable End end;

  /** Connects to a server that counts. */
  @Setup
  public void start(Connection connection) throws IOException {
    end = connection.connect(Service.COUNT);
  }

  /** 16 MiB, and their acknowledgement. */
  @Benchmark
  @OperationsPerInvocation(Service.COUNTED_BYTES)
  public void send() throws IOException {
    End connected = Objects.requireNonNull(end);
    for (int sent = 0; sent < Service.COUNTED_BYTES; sent += WRITE_BYTES) {
      connected.send(data.clear());
    }
    if (!connected.receive(acknowledgement)) {
      throw new EOFException("the server has gone");
    }
  }
}
