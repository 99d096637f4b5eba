package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.calls.BlockingHandlerBenchmark;
import dev.strait.benchmarks.latency.Latencies;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** The charts of a run: those for which it has something. */
final class Charts {
  private static final List<String> CONTENDERS =
      List.of("strait", "grpc-direct", "grpc-default", "grpc-tcp");

  private final Run run;

  private Charts(Run run) {
    this.run = run;
  }

  static List<Chart> of(Run run) {
    Charts charts = new Charts(run);
    return Stream.of(
            charts.latency(),
            charts.paced(),
            charts.payload(),
            charts.stream("streaming-from-server.png", "Server streaming", Targets::receive),
            charts.stream("streaming-to-server.png", "Client streaming", Targets::send),
            charts.connections(),
            charts.inFlight(),
            charts.threads(),
            charts.blocking())
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Chart> latency() {
    PercentileChart chart =
        new PercentileChart(
            "latency.png", "Unary call, blocking stub, one at a time, 64 B each way");
    addEach(chart, Targets::call);
    add(chart, "grpc-inprocess-direct", Targets::call);
    chart.add(
        "raw socket, spinning",
        Look.BLACK,
        run.outcome(Targets.pingPong("nio-spin")),
        Latencies.LATENCY);
    return chart.draw();
  }

  private Optional<Chart> paced() {
    PercentileChart chart =
        new PercentileChart(
            "latency-paced.png",
            "Unary call at 1,000 calls/s, 64 B each way, from when it was due");
    addEach(chart, Targets::paced);
    return chart.draw();
  }

  private Optional<Chart> blocking() {
    PercentileChart chart =
        new PercentileChart(
            "latency-blocking.png", "Strait: the other calls while 1 of 100 handlers blocks 5 ms");
    blocking(chart, "same connection", Look.VERMILION, 5, BlockingHandlerBenchmark.SAME_CONNECTION);
    blocking(chart, "other connection", Look.BLUE, 5, BlockingHandlerBenchmark.OTHER_CONNECTION);
    blocking(chart, "same, none blocks", Look.ORANGE, 0, BlockingHandlerBenchmark.SAME_CONNECTION);
    blocking(chart, "other, none blocks", Look.SKY, 0, BlockingHandlerBenchmark.OTHER_CONNECTION);
    return chart.draw();
  }

  private void blocking(PercentileChart chart, String name, Look look, int millis, String tag) {
    chart.add(name, look, run.outcome(Targets.blocking("strait", millis)), tag);
  }

  private void addEach(PercentileChart chart, Function<String, Case> cases) {
    CONTENDERS.forEach(contender -> add(chart, contender, cases));
  }

  private void add(PercentileChart chart, String contender, Function<String, Case> cases) {
    chart.add(
        contender, Look.of(contender), run.outcome(cases.apply(contender)), Latencies.LATENCY);
  }

  private Optional<Chart> payload() {
    SweepChart chart =
        new SweepChart(
                "payload.png",
                "Unary calls, blocking stub, one at a time",
                "payload, each way",
                run,
                FullLadder.PAYLOADS,
                Chart::bytes,
                Measure.CALLS_ONE_AT_A_TIME)
            .yAxis("calls per second (log)")
            .logarithmic();
    return sweep(chart, Targets::call).draw();
  }

  private Optional<Chart> stream(
      String file, String title, BiFunction<String, Integer, Case> cases) {
    SweepChart chart =
        new SweepChart(
                file,
                title + ", one stream",
                "payload of a message",
                run,
                FullLadder.MESSAGES,
                Chart::bytes,
                Measure.MEGABYTES_PER_SECOND)
            .yAxis("megabytes per second (log)")
            .logarithmic();
    return sweep(chart, cases)
        .addConstant("raw socket, 64 KiB", Targets.byteStream("nio-spin"))
        .draw();
  }

  private Optional<Chart> connections() {
    return counts(
        "connections.png",
        "Unary calls, async stubs, 128 in flight over all connections",
        "connections",
        FullLadder.CONNECTIONS,
        Targets::connections);
  }

  private Optional<Chart> inFlight() {
    return counts(
        "in-flight.png",
        "Unary calls, async stub, one connection",
        "calls in flight",
        FullLadder.IN_FLIGHT,
        Targets::inFlight);
  }

  private Optional<Chart> threads() {
    return counts(
        "threads.png",
        "Unary calls, blocking stubs, one channel",
        "threads",
        FullLadder.THREADS,
        Targets::threads);
  }

  private Optional<Chart> counts(
      String file,
      String title,
      String axis,
      List<Integer> values,
      BiFunction<String, Integer, Case> cases) {
    SweepChart chart =
        new SweepChart(
                file,
                title + ", 64 B",
                axis,
                run,
                values,
                Integer::toString,
                Measure.CALLS_PER_SECOND)
            .yAxis("calls per second");
    return sweep(chart, cases).draw();
  }

  private static SweepChart sweep(SweepChart chart, BiFunction<String, Integer, Case> cases) {
    FullLadder.RIVALS.forEach(
        contender -> chart.add(contender, value -> cases.apply(contender, value)));
    return chart;
  }
}
