package dev.strait.rpc;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs simulated lives in a process of its own: {@code first count}. Prints a line for each that
 * fails, and at the end what was run.
 */
final class SimulatorMain {
  /** Begins the line that names a seed. */
  static final String FAILED = "failed ";

  /** Begins the last line. */
  static final String RAN = "ran ";

  private SimulatorMain() {}

  /** A logger that nobody refers to would forget its level. */
  private static final Logger STRAIT = Logger.getLogger("dev.strait");

  private static void hidePlannedFailures() {
    STRAIT.setLevel(Level.WARNING);
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFilter(entry -> !(entry.getThrown() instanceof PlannedHandler.PlannedException));
    }
  }

  public static void main(String[] arguments) {
    hidePlannedFailures();
    long first = Long.parseLong(arguments[0]);
    long count = Long.parseLong(arguments[1]);
    long calls = 0;
    long succeeded = 0;
    long turns = 0;
    long trace = 0;
    for (long seed = first; seed < first + count; seed++) {
      try {
        SimulatedRun.Outcome outcome = SimulatedRun.of(seed, count == 1 ? System.out : null);
        calls += outcome.calls();
        succeeded += outcome.succeeded();
        turns += outcome.turns();
        trace = trace * 31 + outcome.trace();
      } catch (AssertionError e) {
        System.out.println(FAILED + seed);
        e.printStackTrace(System.out);
        Runtime.getRuntime().halt(1);
      }
    }
    System.out.println(
        RAN
            + "seeds="
            + count
            + " calls="
            + calls
            + " ok="
            + succeeded
            + " turns="
            + turns
            + " trace="
            + Long.toHexString(trace));
  }
}
