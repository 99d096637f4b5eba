package dev.strait.benchmarks.ladder;

import static dev.strait.benchmarks.ladder.Bound.moreThanTheRival;
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

  /** Of the calls that the targets speak of. */
  static final int PAYLOAD = 64;

  private static final int IN_FLIGHT = 128;
  private static final int THREADS = 8;
  private static final int CONNECTIONS = 10_000;

  /** What a target calls bounded: a few for each core of a large machine. */
  private static final int BOUNDED_THREADS = 64;

  /** While handlers run: see CONCURRENCY.md. */
  private static final int WATCHER_TICK_MICROS = 100;

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
          idle("10,000 idle connections, served", Measure.CONNECTIONS_SERVED, CONNECTIONS),
          idle("the same, heap of the server for each", Measure.KIB_PER_CONNECTION, 10),
          // None: what is left is the JVM's own housekeeping.
          idle("the same, CPU of the idle server", Measure.IDLE_CPU, 1),
          idle("the same, threads of the server", Measure.SERVER_THREADS, BOUNDED_THREADS),
          new Measured(
              "P12",
              "1 of 100 handlers blocks 5 ms, p99 of the others, same connection",
              blocking(STRAIT, 5),
              blocking(STRAIT, 0),
              Measure.SAME_CONNECTION_P99,
              moreThanTheRival(2 * WATCHER_TICK_MICROS)),
          new Measured(
              "P12",
              "the same, other connection",
              blocking(STRAIT, 5),
              blocking(STRAIT, 0),
              Measure.OTHER_CONNECTION_P99,
              timesTheRival(1.5)),
          new Measured(
              "P13",
              "P1 without spinning, p50",
              call("strait-no-spin"),
              pingPong("nio-blocking"),
              Measure.P50_MICROS,
              timesTheRival(1.3)),
          throughput("P13", "strait-no-spin", DIRECT, 5),
          new Elsewhere("P14", "shm: unary p50", "<= 1.5 us", "there is no shm: transport"),
          new Measured(
              "P15",
              "CPU per unary call, 128 in flight, whole processes",
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
    return call(transport, PAYLOAD);
  }

  static Case call(String transport, int payloadBytes) {
    return Case.of("UnaryCallBenchmark.call", transport).with("payloadBytes", payloadBytes);
  }

  static Case paced(String transport) {
    return Case.of("PacedUnaryCallBenchmark.call", transport);
  }

  static Case threads(String transport) {
    return threads(transport, THREADS);
  }

  static Case threads(String transport, int threads) {
    return Case.of("UnaryThreadsBenchmark.call", transport).onThreads(threads);
  }

  static Case inFlight(String transport) {
    return inFlight(transport, IN_FLIGHT);
  }

  static Case inFlight(String transport, int calls) {
    return Case.of("UnaryThroughputBenchmark.calls", transport).with("inFlight", calls);
  }

  static Case connections(String transport, int connections) {
    return Case.of("ConnectionsBenchmark.calls", transport).with("connections", connections);
  }

  static Case blocking(String transport, int millis) {
    return Case.of("BlockingHandlerBenchmark.calls", transport).with("blockingMillis", millis);
  }

  static Case idle(String transport) {
    return Case.of("IdleConnectionsBenchmark.open", transport).with("connections", CONNECTIONS);
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

  private static Target idle(String work, Measure measure, double limit) {
    return new Measured("P11", work, idle(STRAIT), idle(STRAIT), measure, Bound.value(limit));
  }
}
