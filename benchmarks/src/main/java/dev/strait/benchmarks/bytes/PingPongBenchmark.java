package dev.strait.benchmarks.bytes;

import dev.strait.benchmarks.latency.Latencies;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 64 bytes there and back: microseconds per round trip, and their distribution as {@link
 * Latencies}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class PingPongBenchmark {
  private static final int BYTES = 64;

  private final Recorder latencies = Latencies.recorder(Latencies.LATENCY);
  private final ByteBuffer ping = ByteBuffer.allocateDirect(BYTES);
  private final Sink pong = this::take;
  private @Nullable End end;
  private int missing;

  /** Connects to an echo. */
  @Setup
  public void start(Connection connection) throws IOException {
    end = connection.connect(Service.ECHO);
  }

  /** There and back. */
  @Benchmark
  public void roundTrip() throws IOException {
    long start = System.nanoTime();
    End connected = Objects.requireNonNull(end);
    missing = BYTES;
    connected.send(ping.clear());
    while (missing > 0) {
      if (!connected.receive(pong)) {
        throw new EOFException("the server has gone");
      }
    }
    latencies.recordValue(System.nanoTime() - start);
  }

  private void take(ByteBuffer data) {
    missing -= data.remaining();
  }
}
