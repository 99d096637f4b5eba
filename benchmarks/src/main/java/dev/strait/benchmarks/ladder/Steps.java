package dev.strait.benchmarks.ladder;

import dev.strait.benchmarks.ladder.Step.Effort;
import io.netty.channel.epoll.Epoll;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Steps in the making. What the platform has not is left out. */
final class Steps {
  private static final Set<String> NEED_EPOLL = Set.of("grpc-direct", "grpc-default", "netty");

  private final List<Step> steps = new ArrayList<>();

  Steps add(Effort effort, Case... cases) {
    for (Case what : cases) {
      if (Epoll.isAvailable() || !NEED_EPOLL.contains(what.contender())) {
        steps.add(new Step(what, effort));
      }
    }
    return this;
  }

  /** The contenders one after the other. */
  Steps add(Effort effort, Function<String, Case> benchmark, String... contenders) {
    for (String contender : contenders) {
      add(effort, benchmark.apply(contender));
    }
    return this;
  }

  List<Step> list() {
    return List.copyOf(steps);
  }
}
