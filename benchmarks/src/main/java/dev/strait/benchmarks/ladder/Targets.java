package dev.strait.benchmarks.ladder;

import static dev.strait.benchmarks.ladder.Bound.timesBetter;
import static dev.strait.benchmarks.ladder.Bound.timesTheRival;

import dev.strait.benchmarks.ladder.Target.Elsewhere;
import dev.strait.benchmarks.ladder.Target.Measured;
import java.util.List;
import java.util.Map;

/** The targets of PERFORMANCE.md, in its order. */
final class Targets {
  static final Case ENCODE = new Case("FrameBenchmark.encode", Map.of("dataBytes", "64"));
  static final Case DECODE = new Case("FrameBenchmark.decode", Map.of("dataBytes", "64"));

  private static final String STRAIT = "strait";
  private static final String DIRECT = "grpc-direct";

  private Targets() {}

  static final List<Target> ALL =
      List.of(
          new Measured(
              "P1",
              "unary, one at a time, p50",
              call(STRAIT),
              call(DIRECT),
              Measure.P50_MICROS,
              timesBetter(15)),
          new Measured(
              "P1",
              "the same beside the raw ping-pong, p50",
              call(STRAIT),
              pingPong("nio-spin"),
              Measure.P50_MICROS,
              timesTheRival(1.5)),
          new Measured(
              "P2",
              "unary, one at a time, p99",
              call(STRAIT),
              call(DIRECT),
              Measure.P99_MICROS,
              timesBetter(8)),
          new Measured(
              "P3",
              "unary, 1,000 calls/s, p50",
              paced(STRAIT),
              paced(DIRECT),
              Measure.P50_MICROS,
              timesBetter(4)),
          new Measured(
              "P3",
              "unary, 1,000 calls/s, p99",
              paced(STRAIT),
              paced(DIRECT),
              Measure.P99_MICROS,
              timesBetter(4)),
          throughput("P4", STRAIT, DIRECT, 5),
          throughput("P4", STRAIT, "grpc-default", 20),
          new Measured(
              "P5",
              "unary, 8 threads, one channel",
              threads(STRAIT),
              threads(DIRECT),
              Measure.CALLS_PER_SECOND,
              timesBetter(5)),
          new Measured(
              "P6",
              "server streaming, 64 B",
              receive(STRAIT, 64),
              receive(DIRECT, 64),
              Measure.MESSAGES_PER_SECOND,
              timesBetter(5)),
          stream("server streaming, 64 KiB", receive(STRAIT, 64 << 10), receive(DIRECT, 64 << 10)),
          streamBesideSocket("server streaming, 64 KiB", receive(STRAIT, 64 << 10)),
          stream("server streaming, 1 MiB", receive(STRAIT, 1 << 20), receive(DIRECT, 1 << 20)),
          streamBesideSocket("server streaming, 1 MiB", receive(STRAIT, 1 << 20)),
          stream("client streaming, 64 KiB", send(STRAIT, 64 << 10), send(DIRECT, 64 << 10)),
          streamBesideSocket("client streaming, 64 KiB", send(STRAIT, 64 << 10)),
          stream("client streaming, 1 MiB", send(STRAIT, 1 << 20), send(DIRECT, 1 << 20)),
          streamBesideSocket("client streaming, 1 MiB", send(STRAIT, 1 << 20)),
          frame("encode 64 B", ENCODE, Measure.MEAN_NANOS, 25),
          frame("decode 64 B", DECODE, Measure.MEAN_NANOS, 25),
          // Zero: what is left is JMH's own, spread over millions of operations.
          frame("encode 64 B, allocated", ENCODE, Measure.CLIENT_ALLOCATION, 0.1),
          frame("decode 64 B, allocated", DECODE, Measure.CLIENT_ALLOCATION, 0.1),
          new Measured(
              "P9",
              "allocated per unary call, client",
              call(STRAIT),
              call(DIRECT),
              Measure.CLIENT_ALLOCATION,
              timesTheRival(0.2)),
          new Measured(
              "P9",
              "allocated per unary call, server",
              call(STRAIT),
              call(DIRECT),
              Measure.SERVER_ALLOCATION,
              timesTheRival(0.2)),
          new Measured(
              "P10",
              "first call of a fresh client JVM",
              firstCall(STRAIT),
              firstCall(DIRECT),
              Measure.MEDIAN_MILLIS,
              timesTheRival(0.4)),
          new Elsewhere("P11", "10,000 idle connections", "<= 10 KiB heap each", "not yet"),
          new Elsewhere("P12", "a handler that blocks 5 ms", "<= 1.5x, 2 ticks", "not yet"),
          new Measured(
              "P13",
              "P1 without spinning, p50",
              call("strait-no-spin"),
              pingPong("nio-blocking"),
              Measure.P50_MICROS,
              timesTheRival(1.3)),
          throughput("P13", "strait-no-spin", DIRECT, 5),
          new Elsewhere("P14", "shm: unary p50", "<= 1.5 us", "not yet"),
          new Measured(
              "P15",
              "CPU per unary call, 128 in flight",
              inFlight(STRAIT),
              inFlight(DIRECT),
              Measure.CPU_MICROS,
              timesTheRival(0.25)));

  static Case pingPong(String transport) {
    return Case.of("PingPongBenchmark.roundTrip", transport);
  }

  static Case byteStream(String transport) {
    return Case.of("ByteStreamBenchmark.send", transport);
  }

  static Case call(String transport) {
    return Case.of("UnaryCallBenchmark.call", transport);
  }

  static Case paced(String transport) {
    return Case.of("PacedUnaryCallBenchmark.call", transport);
  }

  static Case threads(String transport) {
    return Case.of("UnaryThreadsBenchmark.call", transport);
  }

  static Case inFlight(String transport) {
    return Case.of("UnaryThroughputBenchmark.calls", transport).with("inFlight", 128);
  }

  static Case receive(String transport, int messageBytes) {
    return Case.of("ServerStreamingBenchmark.receive", transport)
        .with("messageBytes", messageBytes);
  }

  static Case send(String transport, int messageBytes) {
    return Case.of("ClientStreamingBenchmark.send", transport).with("messageBytes", messageBytes);
  }

  static Case firstCall(String transport) {
    return Case.of("FirstCallBenchmark.startAndCall", transport);
  }

  private static Target throughput(String id, String strait, String rival, double atLeast) {
    return new Measured(
        id,
        "unary, async, 128 in flight" + (strait.equals(STRAIT) ? "" : ", no spinning"),
        inFlight(strait),
        inFlight(rival),
        Measure.CALLS_PER_SECOND,
        timesBetter(atLeast));
  }

  private static Target stream(String work, Case strait, Case rival) {
    return new Measured("P7", work, strait, rival, Measure.MEGABYTES_PER_SECOND, timesBetter(2));
  }

  private static Target streamBesideSocket(String work, Case strait) {
    return new Measured(
        "P7",
        work + " beside the raw socket",
        strait,
        byteStream("nio-spin"),
        Measure.MEGABYTES_PER_SECOND,
        timesBetter(0.8));
  }

  private static Target frame(String work, Case strait, Measure measure, double atMost) {
    return new Measured("P8", work, strait, strait, measure, Bound.value(atMost));
  }
}
