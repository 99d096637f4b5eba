package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.benchmarks.ladder.Change.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static final Case CALLS = Targets.inFlight("strait");
  private static final Case CALL = Targets.call("strait");

  @Test
  void moreCallsASecondAreBetter() {
    assertEquals(Verdict.BETTER, verdict("ops/s", around(100), around(120)));
    assertEquals(Verdict.WORSE, verdict("ops/s", around(120), around(100)));
  }

  @Test
  void moreTimeIsWorse() {
    assertEquals(Verdict.WORSE, verdict("us/op", around(100), around(120)));
    assertEquals(Verdict.BETTER, verdict("us/op", around(120), around(100)));
  }

  @Test
  void aSmallEffectIsNoiseHoweverSure() {
    assertEquals(Verdict.NOISE, verdict("us/op", around(100), around(109)));
    assertEquals(Verdict.NOISE, verdict("us/op", around(109), around(100)));
    assertEquals(Verdict.WORSE, verdict("us/op", around(100), around(112)));
  }

  @Test
  void iterationsThatOverlapAreNoiseHoweverFarTheMeans() {
    List<Double> before = List.of(50.0, 90.0, 100.0, 110.0, 150.0);
    List<Double> after = List.of(60.0, 95.0, 120.0, 170.0, 300.0);
    assertEquals(Verdict.NOISE, verdict("us/op", before, after));
  }

  @Test
  void aRunBesideItselfIsNoise() {
    assertEquals(Verdict.NOISE, verdict("us/op", around(100), around(100)));
    assertEquals(
        Verdict.NOISE, verdict("us/op", Collections.nCopies(5, 0.0), Collections.nCopies(5, 0.0)));
  }

  @Test
  void threeIterationsTellNothing() {
    List<Double> three = List.of(1.0, 2.0, 3.0);
    assertEquals(Verdict.TOO_FEW, verdict("us/op", three, around(100)));
    assertEquals(Verdict.TOO_FEW, verdict("us/op", around(100), three));
  }

  @Test
  void fractionsOfAByteAreNoise() {
    assertEquals(
        Verdict.NOISE,
        verdict("B/op", Collections.nCopies(5, 0.001), Collections.nCopies(5, 0.01)));
    assertEquals(
        Verdict.WORSE,
        verdict("B/op", Collections.nCopies(5, 100.0), Collections.nCopies(5, 200.0)));
  }

  @Test
  void theLargestEffectComesFirst() {
    Comparison comparison =
        Comparison.of(
            List.of(
                Sample.outcome(CALLS, "ops/s", around(100)),
                Sample.outcome(CALL, "us/op", around(100))),
            List.of(
                Sample.outcome(CALLS, "ops/s", around(80)),
                Sample.outcome(CALL, "us/op", around(300))));
    assertEquals(
        List.of(CALL, CALLS), comparison.with(Verdict.WORSE).stream().map(Change::what).toList());
    List<String> text = comparison.plain();
    assertTrue(
        text.get(3).startsWith("WORSE  3.00x  100.00  300.00  us/op  0.008  score"), "" + text);
    assertTrue(text.contains("0 metrics within noise"), "" + text);
  }

  @Test
  void casesOfOneRunOnlyAreListed() {
    List<String> text =
        Comparison.of(
                List.of(Sample.outcome(CALLS, 1, "ops/s")),
                List.of(Sample.outcome(CALL, 1, "us/op")))
            .plain();
    assertTrue(text.contains("only in A: " + CALLS), text::toString);
    assertTrue(text.contains("only in B: " + CALL), text::toString);
  }

  @Test
  void twoRunsAlikeSaySo() {
    List<Outcome> run = List.of(Sample.outcome(CALLS, "ops/s", around(100)));
    List<String> text = Comparison.of(run, run).plain();
    assertEquals(List.of("Nothing moved.", "", "1 metrics within noise"), text.subList(2, 5));
  }

  @Test
  void whatProfilersFoundIsComparedToo() {
    Outcome before = Sample.with(Sample.outcome(CALL, 1, "us/op"), "gc.alloc.rate.norm", 100);
    Outcome after = Sample.with(Sample.outcome(CALL, 1, "us/op"), "gc.alloc.rate.norm", 300);
    Change change = Comparison.of(List.of(before), List.of(after)).with(Verdict.WORSE).get(0);
    assertEquals("gc.alloc.rate.norm", change.metric());
    assertEquals(3, change.ratio());
  }

  @Test
  void theMachinesSpeedIsNotComparedTwice() {
    Outcome before = Sample.with(Sample.outcome(CALL, 1, "us/op"), "gc.alloc.rate", 100);
    Outcome after = Sample.with(Sample.outcome(CALL, 1, "us/op"), "gc.alloc.rate", 300);
    Comparison comparison = Comparison.of(List.of(before), List.of(after));
    assertEquals(List.of(), comparison.with(Verdict.WORSE));
  }

  private static Verdict verdict(String unit, List<Double> before, List<Double> after) {
    return new Change(CALL, "score", Sample.metric(unit, before), Sample.metric(unit, after))
        .verdict();
  }

  /** Five iterations that differ by a hundredth. */
  private static List<Double> around(double mean) {
    return Stream.of(0.99, 0.995, 1.0, 1.005, 1.01).map(factor -> factor * mean).toList();
  }
}
