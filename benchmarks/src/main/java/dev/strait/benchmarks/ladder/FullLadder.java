package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.ladder.Step.Effort;
import java.util.List;

/**
 * All rows of the targets, all contenders, and the sweeps: payloads, calls in flight, threads,
 * connections. About 45 minutes on two cores. Within a comparison everybody warms up as long as
 * gRPC-Java needs, and rivals run next to one another.
 */
final class FullLadder {
  static final String WARM_UP =
      "in a fresh JVM for each case, and a fresh server: raw bytes 4 s, calls 16 s, streams 12 s,"
          + " frames 3 s, first call 3 JVMs, idle connections none";

  static final List<Integer> PAYLOADS =
      List.of(0, 64, 1 << 10, 16 << 10, 64 << 10, 1 << 20, 16 << 20);
  static final List<Integer> MESSAGES = PAYLOADS.subList(1, PAYLOADS.size());
  static final List<Integer> IN_FLIGHT = List.of(1, 8, 64, 128, 512);
  static final List<Integer> THREADS = List.of(1, 2, 8, 32);
  static final List<Integer> CONNECTIONS = List.of(1, 10, 100, 1000);

  /** Who is in every sweep. */
  static final List<String> RIVALS = List.of("strait", "grpc-direct", "grpc-default");

  private static final Effort FRAMES = new Effort(6, 6, 500);
  private static final Effort BYTES = new Effort(4, 4, 1000);
  private static final Effort CALLS = new Effort(16, 5, 1000);
  private static final Effort PACED = new Effort(16, 10, 1000);
  private static final Effort STREAMS = new Effort(12, 5, 1000);
  private static final Effort FIRST_CALLS = new Effort(3, 15, 1000);
  private static final Effort IDLE = new Effort(0, 1, 60_000);

  private FullLadder() {}

  static List<Step> steps() {
    Steps steps = new Steps();
    steps.add(FRAMES, Targets.ENCODE, Targets.DECODE);
    // The raw ping-pong is next to the calls that are held against it.
    steps.add(BYTES, Targets::pingPong, "junixsocket-spin", "netty", "strait-unix", "nio-spin");
    steps.add(CALLS, Targets::call, "strait", "grpc-direct", "grpc-default", "grpc-tcp");
    steps.add(CALLS, Targets::call, "grpc-inprocess-direct", "grpc-inprocess");
    steps.add(CALLS, Targets::call, "strait-abstract", "strait-pipe", "strait-no-spin");
    steps.add(BYTES, Targets::pingPong, "nio-blocking", "junixsocket-blocking");
    steps.add(BYTES, Targets::pingPong, "strait-abstract", "strait-pipe", "strait-memory");
    steps.add(PACED, Targets::paced, "strait", "grpc-direct", "grpc-default", "grpc-tcp");
    sweeps(steps);
    streams(steps);
    for (int millis : new int[] {0, 5}) {
      steps.add(PACED, Targets.blocking("strait", millis));
    }
    for (int millis : new int[] {0, 5}) {
      steps.add(PACED, Targets.blocking("grpc-default", millis));
    }
    steps.add(FIRST_CALLS, Targets::firstCall, "strait", "grpc-direct", "grpc-default", "grpc-tcp");
    steps.add(IDLE, Targets::idle, "strait", "grpc-direct");
    return steps.list();
  }

  private static void sweeps(Steps steps) {
    for (int calls : IN_FLIGHT) {
      steps.add(CALLS, name -> Targets.inFlight(name, calls), rivals());
    }
    // Not grpc-inprocess-direct: each answer begins a call inside the last one, without end.
    steps.add(CALLS, Targets::inFlight, "strait-no-spin", "grpc-tcp");
    for (int threads : THREADS) {
      steps.add(CALLS, name -> Targets.threads(name, threads), rivals());
    }
    for (int bytes : PAYLOADS) {
      if (bytes != Targets.PAYLOAD) {
        steps.add(CALLS, name -> Targets.call(name, bytes), rivals());
      }
    }
    for (int connections : CONNECTIONS) {
      steps.add(CALLS, name -> Targets.connections(name, connections), rivals());
    }
  }

  private static void streams(Steps steps) {
    steps.add(BYTES, Targets::byteStream, "netty", "junixsocket-spin", "junixsocket-blocking");
    steps.add(BYTES, Targets::byteStream, "strait-abstract", "strait-pipe", "strait-memory");
    steps.add(BYTES, Targets::byteStream, "strait-unix", "nio-blocking", "nio-spin");
    for (int bytes : MESSAGES) {
      steps.add(STREAMS, name -> Targets.receive(name, bytes), "strait", "grpc-direct");
    }
    for (int bytes : MESSAGES) {
      steps.add(STREAMS, name -> Targets.send(name, bytes), "strait", "grpc-direct");
    }
  }

  private static String[] rivals() {
    return RIVALS.toArray(String[]::new);
  }
}
