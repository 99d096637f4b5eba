package dev.strait.benchmarks.ladder;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Tells how far the ladder has come: on a terminal by a line that keeps changing, elsewhere by a
 * line for each step. Thread-safe.
 */
final class Progress {
  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier millis;
  private final List<Step> steps;
  private final long start;

  /** The step that runs; its number, from 0. */
  private int current = -1; // guarded by this

  private long currentStart; // guarded by this

  Progress(PrintStream out, boolean terminal, LongSupplier millis, List<Step> steps) {
    this.out = out;
    this.terminal = terminal;
    this.millis = millis;
    this.steps = steps;
    this.start = millis.getAsLong();
    this.currentStart = start;
  }

  synchronized void next() {
    current++;
    currentStart = millis.getAsLong();
    if (terminal) {
      tick();
    } else {
      out.println(line());
    }
  }

  /** Brings a terminal's line up to date. */
  synchronized void tick() {
    if (terminal && current >= 0) {
      out.print("\r\033[K" + line());
      out.flush();
    }
  }

  /** Leaves a line about the step that has ended. */
  synchronized void ended(String outcome) {
    if (terminal) {
      out.print("\r\033[K");
    }
    out.println(
        (terminal ? number() + " " + steps.get(current).what() + ": " : "        ") + outcome);
    out.flush();
  }

  private String line() {
    long now = millis.getAsLong();
    return "%s %s, %s elapsed, %s left"
        .formatted(
            number(), steps.get(current).what(), time(now - start), time(left(now - currentStart)));
  }

  private String number() {
    return "[%2d/%d]".formatted(current + 1, steps.size());
  }

  /** As long as the steps to come should take, the present one less what it has had. */
  private long left(long currentMillis) {
    long present = Math.max(0, steps.get(current).millis() - currentMillis);
    return present + steps.stream().skip(current + 1L).mapToLong(Step::millis).sum();
  }

  static String time(long millis) {
    Duration duration = Duration.ofMillis(millis);
    return "%d:%02d".formatted(duration.toMinutes(), duration.toSecondsPart());
  }
}
