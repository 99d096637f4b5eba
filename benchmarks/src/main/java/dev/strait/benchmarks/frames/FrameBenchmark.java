package dev.strait.benchmarks.frames;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A frame written and read: nanoseconds per frame. Neither may allocate: {@code gc.alloc.rate.norm}
 * is to be 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameBenchmark {
  private static final int TYPE = 0x43;
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  /** Bytes of data in the frame: 64, 64 KiB. */
  @Param({"64", "65536"})
  public int dataBytes;

  private long decoded;

  private ByteBuffer data = EMPTY;
  private ByteBuffer out = EMPTY;
  private ByteBuffer in = EMPTY;
  private final FrameDecoder decoder =
      new FrameDecoder(
          FrameLimits.ttrpcAndNative(),
          (streamId, type, flags, frame) -> decoded += frame.remaining());

  /** Makes the frame that {@link #decode} reads. */
  @Setup
  public void start() {
    data = ByteBuffer.allocateDirect(dataBytes);
    out = ByteBuffer.allocateDirect(FrameHeader.BYTES + dataBytes);
    in = ByteBuffer.allocateDirect(FrameHeader.BYTES + dataBytes);
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
}
