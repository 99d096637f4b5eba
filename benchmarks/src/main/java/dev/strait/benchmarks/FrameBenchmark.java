package dev.strait.benchmarks;

import dev.strait.framing.FrameDecoder;
import dev.strait.framing.FrameEncoder;
import dev.strait.framing.FrameException;
import dev.strait.framing.FrameHeader;
import dev.strait.framing.FrameLimits;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A frame with 64 bytes of data, written and read. Neither may allocate: {@code gc.alloc.rate.norm}
 * is to be 0 B/op.
 *
 * <pre>
 * ./mvnw -q -Pfast -pl benchmarks -am package
 * java -cp 'benchmarks/target/fast/classes:benchmarks/target/fast/lib/*' \
 *     org.openjdk.jmh.Main FrameBenchmark -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameBenchmark {
  private static final int DATA_BYTES = 64;
  private static final int TYPE = 0x43;

  private long decoded;

  private final ByteBuffer data = ByteBuffer.allocateDirect(DATA_BYTES);
  private final ByteBuffer out = frameBuffer();
  private final ByteBuffer in = frameBuffer();
  private final FrameDecoder decoder =
      new FrameDecoder(
          FrameLimits.ttrpcAndNative(),
          (streamId, type, flags, frame) -> decoded += frame.remaining());

  /** Starts with the frame that {@link #decode} reads. */
  public FrameBenchmark() {
    FrameEncoder.encode(in, 1, TYPE, 0, data);
  }

  /** Header and data into a buffer. */
  @Benchmark
  public ByteBuffer encode() {
    FrameEncoder.encode(out.clear(), 1, TYPE, 0, data.rewind());
    return out;
  }

  /** A buffer with one whole frame to the listener. */
  @Benchmark
  public long decode() throws FrameException {
    decoder.decode(in.rewind());
    return decoded;
  }

  private static ByteBuffer frameBuffer() {
    return ByteBuffer.allocateDirect(FrameHeader.BYTES + DATA_BYTES);
  }
}
