package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.benchmarks.ladder.Target.Measured;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

final class QuickLadderTest {
  private final List<Step> steps = new ArrayList<>(QuickLadder.steps());

  @Test
  void takesLessThanTenMinutes() {
    long millis = steps.stream().mapToLong(Step::millis).sum();
    assertTrue(millis < TimeUnit.MINUTES.toMillis(9), () -> Progress.time(millis));
  }

  @Test
  void answersForMostTargets() {
    List<Case> run = steps.stream().map(Step::what).toList();
    for (String id : List.of("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P13")) {
      for (Target target : Targets.ALL) {
        if (target instanceof Measured measured && measured.id().equals(id)) {
          assertTrue(run.contains(measured.strait()), () -> "" + measured.strait());
          assumeTrue(Epoll.isAvailable());
          assertTrue(run.contains(measured.rival()), () -> "" + measured.rival());
        }
      }
    }
  }

  @Test
  void eachStepIsOneBenchmarkWithParametersThatItHas() {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    steps.addAll(FullLadder.steps());
    for (Step step : steps) {
      var found =
          BenchmarkList.defaultList()
              .find(silent, step.options(Path.of("")).getIncludes(), List.of());
      assertEquals(1, found.size(), () -> "" + step.what());
      Set<String> params = new TreeSet<>(found.first().getParams().get().keySet());
      assertEquals(params, new TreeSet<>(step.what().params().keySet()));
    }
  }
}
