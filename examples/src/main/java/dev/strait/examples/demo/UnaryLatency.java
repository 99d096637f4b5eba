package dev.strait.examples.demo;

import com.google.protobuf.ByteString;
import dev.strait.examples.proto.EchoGrpc;
import dev.strait.examples.proto.Payload;
import io.grpc.Channel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * Unary calls of a blocking stub, one at a time.
 *
 * @param latencies of the calls, in nanoseconds
 * @param nanos how long all of them took
 */
record UnaryLatency(Histogram latencies, long nanos) {
  static final Payload PAYLOAD =
      Payload.newBuilder().setData(ByteString.copyFrom(new byte[64])).build();

  static UnaryLatency none() {
    return new UnaryLatency(new Histogram(3), 0);
  }

  static UnaryLatency measure(Channel channel, int millis) {
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    Histogram latencies = new Histogram(3);
    long durationNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    long start = System.nanoTime();
    long before = start;
    do {
      Payload reply = stub.echo(PAYLOAD);
      long after = System.nanoTime();
      if (reply.getData().size() != PAYLOAD.getData().size()) {
        throw new IllegalStateException("64 bytes went, " + reply.getData().size() + " came back");
      }
      latencies.recordValue(after - before);
      before = after;
    } while (before - start < durationNanos);
    return new UnaryLatency(latencies, before - start);
  }

  UnaryLatency plus(UnaryLatency other) {
    Histogram sum = latencies.copy();
    sum.add(other.latencies);
    return new UnaryLatency(sum, nanos + other.nanos);
  }

  double micros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }

  double callsPerSecond() {
    return latencies.getTotalCount() * 1e9 / nanos;
  }

  /** As one line, for the other process. */
  String encode() {
    ByteBuffer buffer = ByteBuffer.allocate(latencies.getNeededByteBufferCapacity());
    int length = latencies.encodeIntoCompressedByteBuffer(buffer);
    byte[] bytes = Arrays.copyOf(buffer.array(), length);
    return nanos + " " + Base64.getEncoder().encodeToString(bytes);
  }

  static UnaryLatency decode(String line) {
    int space = line.indexOf(' ');
    ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(line.substring(space + 1)));
    try {
      Histogram latencies = Histogram.decodeFromCompressedByteBuffer(buffer, 0);
      return new UnaryLatency(latencies, Long.parseLong(line.substring(0, space)));
    } catch (DataFormatException e) {
      throw new IllegalArgumentException(line, e);
    }
  }
}
