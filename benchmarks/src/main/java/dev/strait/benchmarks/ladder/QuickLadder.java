package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.ladder.Step.Effort;
import io.netty.channel.epoll.Epoll;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

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

  private static final Set<String> NEED_EPOLL = Set.of("grpc-direct", "grpc-default", "netty");

  private final List<Step> steps = new ArrayList<>();

  private QuickLadder() {}

  static List<Step> steps() {
    QuickLadder ladder = new QuickLadder();
    ladder.add(FRAMES, Targets.ENCODE, Targets.DECODE);
    ladder.add(BYTES, Targets::pingPong, "junixsocket-spin", "netty", "strait-unix", "nio-spin");
    ladder.add(CALLS, Targets::call, "strait", "grpc-direct", "grpc-default");
    ladder.add(CALLS, Targets::call, "strait-no-spin", "strait-pipe");
    ladder.add(BYTES, Targets::pingPong, "nio-blocking");
    ladder.add(BYTES, Targets::pingPong, "strait-abstract", "strait-pipe", "strait-memory");
    ladder.add(PACED, Targets::paced, "strait", "grpc-direct");
    ladder.add(
        IN_FLIGHT, Targets::inFlight, "strait", "grpc-direct", "grpc-default", "strait-no-spin");
    ladder.add(IN_FLIGHT, Targets::threads, "strait", "grpc-direct");
    for (int bytes : new int[] {64, 64 << 10, 1 << 20}) {
      ladder.add(STREAMS, name -> Targets.receive(name, bytes), "strait", "grpc-direct");
    }
    ladder.add(BYTES, Targets::byteStream, "nio-spin", "strait-unix");
    ladder.add(BYTES, Targets::byteStream, "strait-abstract", "strait-pipe", "strait-memory");
    for (int bytes : new int[] {64 << 10, 1 << 20}) {
      ladder.add(STREAMS, name -> Targets.send(name, bytes), "strait", "grpc-direct");
    }
    ladder.add(FIRST_CALLS, Targets::firstCall, "strait", "grpc-direct");
    return ladder.steps;
  }

  private void add(Effort effort, Function<String, Case> benchmark, String... contenders) {
    for (String contender : contenders) {
      if (Epoll.isAvailable() || !NEED_EPOLL.contains(contender)) {
        add(effort, benchmark.apply(contender));
      }
    }
  }

  private void add(Effort effort, Case... cases) {
    for (Case what : cases) {
      steps.add(new Step(what, effort));
    }
  }
}
