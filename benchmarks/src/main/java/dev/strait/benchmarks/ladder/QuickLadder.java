package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.ladder.Step.Effort;
import java.util.List;

/**
 * What fits into less than ten minutes on two cores and still answers for most targets. The rivals
 * of a comparison run one after the other, because the speed of a machine drifts, and each of them
 * warms up for as long as the slowest of them needs.
 */
final class QuickLadder {
  static final String WARM_UP =
      "in a fresh JVM for each case, and a fresh server: raw bytes 3 s, unary calls 12 s (paced and"
          + " in flight 10 s), streams 8 s, frames 1 s, first call 2 JVMs";

  private static final Effort FRAMES = new Effort(2, 4, 500);
  private static final Effort BYTES = new Effort(3, 3, 1000);
  private static final Effort CALLS = new Effort(12, 5, 1000);
  private static final Effort PACED = new Effort(10, 8, 1000);
  private static final Effort IN_FLIGHT = new Effort(10, 5, 1000);
  private static final Effort STREAMS = new Effort(8, 4, 1000);
  private static final Effort FIRST_CALLS = new Effort(2, 8, 1000);

  private QuickLadder() {}

  static List<Step> steps() {
    Steps steps = new Steps();
    steps.add(FRAMES, Targets.ENCODE, Targets.DECODE);
    steps.add(BYTES, Targets::pingPong, "junixsocket-spin", "netty", "strait-unix", "nio-spin");
    steps.add(CALLS, Targets::call, "strait", "grpc-direct", "grpc-default");
    steps.add(CALLS, Targets::call, "strait-no-spin", "strait-pipe");
    steps.add(BYTES, Targets::pingPong, "nio-blocking");
    steps.add(BYTES, Targets::pingPong, "strait-abstract", "strait-pipe", "strait-memory");
    steps.add(PACED, Targets::paced, "strait", "grpc-direct");
    steps.add(
        IN_FLIGHT, Targets::inFlight, "strait", "grpc-direct", "grpc-default", "strait-no-spin");
    steps.add(IN_FLIGHT, Targets::threads, "strait", "grpc-direct");
    for (int bytes : new int[] {64, 64 << 10, 1 << 20}) {
      steps.add(STREAMS, name -> Targets.receive(name, bytes), "strait", "grpc-direct");
    }
    steps.add(BYTES, Targets::byteStream, "nio-spin", "strait-unix");
    steps.add(BYTES, Targets::byteStream, "strait-abstract", "strait-pipe", "strait-memory");
    for (int bytes : new int[] {64 << 10, 1 << 20}) {
      steps.add(STREAMS, name -> Targets.send(name, bytes), "strait", "grpc-direct");
    }
    steps.add(FIRST_CALLS, Targets::firstCall, "strait", "grpc-direct");
    return steps.list();
  }
}
