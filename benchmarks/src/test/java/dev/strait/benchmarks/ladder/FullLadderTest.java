package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.benchmarks.ladder.Step.Effort;
import dev.strait.benchmarks.ladder.Target.Measured;
import io.netty.channel.epoll.Epoll;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class FullLadderTest {
  private final List<Step> steps = FullLadder.steps();
  private final List<Case> cases = steps.stream().map(Step::what).toList();

  @BeforeAll
  static void rivalsNeedLinux() {
    assumeTrue(Epoll.isAvailable());
  }

  @Test
  void takesThreeQuartersOfAnHour() {
    long minutes = TimeUnit.MILLISECONDS.toMinutes(steps.stream().mapToLong(Step::millis).sum());
    assertTrue(minutes >= 40 && minutes <= 47, () -> minutes + " minutes");
  }

  @Test
  void runsWhatEachTargetNeeds() {
    for (Target target : Targets.ALL) {
      if (target instanceof Measured measured) {
        assertTrue(cases.contains(measured.strait()), () -> "" + measured.strait());
        assertTrue(cases.contains(measured.rival()), () -> "" + measured.rival());
      }
    }
  }

  @Test
  void runsWhatTheQuickLadderRuns() {
    assertTrue(
        new HashSet<>(cases).containsAll(QuickLadder.steps().stream().map(Step::what).toList()));
  }

  @Test
  void runsNothingTwice() {
    assertEquals(new HashSet<>(cases).size(), cases.size());
  }

  @Test
  void sweepsWithEachRival() {
    for (String rival : FullLadder.RIVALS) {
      List<Case> needed = new ArrayList<>();
      FullLadder.PAYLOADS.forEach(bytes -> needed.add(Targets.call(rival, bytes)));
      FullLadder.IN_FLIGHT.forEach(calls -> needed.add(Targets.inFlight(rival, calls)));
      FullLadder.THREADS.forEach(threads -> needed.add(Targets.threads(rival, threads)));
      FullLadder.CONNECTIONS.forEach(count -> needed.add(Targets.connections(rival, count)));
      needed.removeAll(cases);
      assertEquals(List.of(), needed);
    }
  }

  @Test
  void rivalsOfOneComparisonTakeTheSameTime() {
    Map<String, Set<Effort>> byComparison =
        steps.stream()
            .collect(
                Collectors.groupingBy(
                    step -> withoutContender(step.what()),
                    Collectors.mapping(Step::effort, Collectors.toSet())));
    byComparison.forEach((what, efforts) -> assertEquals(1, efforts.size(), what));
  }

  private static String withoutContender(Case what) {
    return what.toString().replaceFirst("transport=\\S+", "");
  }

  @Test
  void aScaleShortensIterations() {
    Effort effort = new Effort(16, 5, 1000);
    assertEquals(new Effort(16, 5, 50), effort.times(0.05));
    assertEquals(new Effort(16, 5, 10), effort.times(0.0001));
  }
}
