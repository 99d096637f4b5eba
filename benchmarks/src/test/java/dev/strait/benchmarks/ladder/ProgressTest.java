package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private static final List<Step> STEPS =
      List.of(
          new Step(new Case("A.a", Map.of()), new Step.Effort(4, 4, 1000)),
          new Step(new Case("B.b", Map.of()), new Step.Effort(4, 4, 1000)));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long now = 1_000_000;

  @Test
  void tellsNameNumberAndTimeInLines() {
    Progress progress = progress(false);
    progress.next();
    now += 10_000;
    progress.tick();
    progress.ended("fast");
    progress.next();
    assertEquals(
        List.of(
            "[ 1/2] A.a, 0:00 elapsed, 0:20 left",
            "        fast",
            "[ 2/2] B.b, 0:10 elapsed, 0:10 left"),
        out.toString().lines().toList());
    assertFalse(out.toString().contains("\r"));
  }

  @Test
  void countsDownOnATerminal() {
    Progress progress = progress(true);
    progress.next();
    now += 4_000;
    progress.tick();
    assertTrue(out.toString().endsWith("\r\033[K[ 1/2] A.a, 0:04 elapsed, 0:16 left"));
    progress.ended("fast");
    assertTrue(out.toString().endsWith("\r\033[K[ 1/2] A.a: fast\n"));
  }

  private Progress progress(boolean terminal) {
    return new Progress(new PrintStream(out), terminal, () -> now, STEPS);
  }
}
