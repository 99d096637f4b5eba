package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole lives of servers and their clients on virtual time, in an order of threads and with faults
 * that a seed decides: what {@link SimulatedRun} says holds for each. G1, G2, G4, G7, G10.
 */
final class SimulatorTest {
  private static final String SEED = "strait.simulator.seed";
  private static final int SEEDS = 20_000;
  private static final int NIGHTLY_SEEDS = 2_000_000;
  private static final int STRICT_SEEDS = 2_000;
  private static final long FIRST_SEED = 1;

  /** So many lives are enough to find each of the planted bugs. */
  private static final int SEEDS_FOR_A_BUG = 2_000;

  /** What is broken on purpose, to see that it is found. */
  enum Bug {
    LOST_CREDIT(
        rpc(
            "CallbackQueue",
            "        credit += message.release();",
            "        credit += message.release() & 1;")),
    CREDIT_GIVEN_TWICE(
        rpc(
            "CallbackQueue",
            "        credit += message.release();",
            "        credit += 2 * message.release();")),
    DOUBLE_TERMINAL_EVENT(
        rpc(
            "CallbackQueue",
            "      if (!first && (!dropOthers || isOver() || events.isEmpty())) {",
            "      if (!first && !dropOthers) {")),
    LATE_CANCEL(
        rpc(
            "Calls",
            "    writer.flush();\n    afterForget(openable);",
            "    afterForget(openable);")),
    LEAKED_STREAM(
        rpc(
            "Calls",
            "        writer.write(out -> Frames.cancel(out, id, code, text));\n"
                + "        streams.forget(stream);",
            "        writer.write(out -> Frames.cancel(out, id, code, text));")),
    OFF_BY_ONE_AT_A_FRAME_EDGE(
        Mutant.of(
            "framing",
            "dev.strait.framing.FrameDecoder",
            "    if (data.remaining() < missing) {",
            "    if (data.remaining() <= missing) {"));

    final Mutant mutant;

    Bug(Mutant mutant) {
      this.mutant = mutant;
    }

    private static Mutant rpc(String name, String now, String then) {
      return Mutant.of("rpc", "dev.strait.rpc." + name, now, then);
    }
  }

  @RegisterExtension final QuietLog quiet = new QuietLog();

  @TempDir Path directory;

  /** K1, G2, G7, G10. */
  @Test
  @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void twentyThousandLivesHold() throws Exception {
    long calls = run(SEEDS, false);
    assertTrue(calls >= 1_000_000, () -> "only " + calls + " calls");
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 8, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void twoMillionLivesHold() throws Exception {
    long calls = run(NIGHTLY_SEEDS, false);
    assertTrue(calls >= 100_000_000, () -> "only " + calls + " calls");
  }

  /** A3. */
  @Test
  @Timeout(value = 200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void livesUseNoBufferThatIsNotTheirs() throws Exception {
    assertTrue(run(STRICT_SEEDS, true) > 0);
  }

  /**
   * How many calls were made.
   *
   * @param strict whether buffers are watched
   */
  private static long run(int seeds, boolean strict) throws Exception {
    int processes = SimulatorProcess.atATime();
    int each = (seeds + processes - 1) / processes;
    List<SimulatorProcess> running = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        long first = FIRST_SEED + (long) i * each;
        running.add(SimulatorProcess.start(i, classPath(), first, each, strict));
      }
      long calls = 0;
      for (SimulatorProcess process : running) {
        SimulatorProcess.Result result = process.await();
        assertNull(
            result.failedSeed(),
            () -> result.report() + "once more: " + command(result.failedSeed()));
        System.out.print("simulator: " + result.report());
        calls += result.counted("calls");
      }
      return calls;
    } finally {
      for (SimulatorProcess process : running) {
        process.close();
      }
    }
  }

  /** G10. */
  static String command(long seed) {
    return "./mvnw -pl rpc -am test -Dtest=SimulatorTest#aLifeIsRunOnceMore -D"
        + SEED
        + "="
        + seed
        + " -Dsurefire.failIfNoSpecifiedTests=false";
  }

  /** G10: told step by step in a file. */
  @Test
  @EnabledIfSystemProperty(named = SEED, matches = "-?\\d+")
  void aLifeIsRunOnceMore() throws Exception {
    long seed = Long.getLong(SEED);
    Path log = Path.of("target", "simulator-" + seed + ".log");
    try (SimulatorProcess process = SimulatorProcess.start(0, classPath(), seed, 1, true)) {
      SimulatorProcess.Result result = process.await();
      Files.writeString(log, result.report());
      System.out.println("told in " + log.toAbsolutePath());
      assertNull(result.failedSeed(), result::report);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPlantedBugIsFoundAndItsSeedFailsAgain(Bug bug) throws Exception {
    String broken = bug.mutant.compileTo(directory);
    SimulatorProcess.Result found;
    try (SimulatorProcess process =
        SimulatorProcess.start(0, broken, FIRST_SEED, SEEDS_FOR_A_BUG, false)) {
      found = process.await();
    }
    assertNotEquals(null, found.failedSeed(), () -> bug + " was not found: " + found.report());
    System.out.println("simulator: " + bug + " fails with seed " + found.failedSeed());
    try (SimulatorProcess again = SimulatorProcess.start(0, broken, found.failedSeed(), 1, false)) {
      assertEquals(found.failedSeed(), again.await().failedSeed());
    }
  }

  @Test
  void theSameSeedIsTheSameLifeWhateverRanBefore() throws Exception {
    long seed = 17;
    String alone = told(seed);
    for (long other = seed - 3; other < seed; other++) {
      SimulatedRun.of(other, null);
    }

    assertEquals(alone, told(seed));
    assertNotEquals(alone, told(seed + 1));
  }

  private static String told(long seed) {
    var bytes = new java.io.ByteArrayOutputStream();
    PrintStream log = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    SimulatedRun.Outcome outcome = SimulatedRun.of(seed, log);
    return outcome + "\n" + bytes.toString(StandardCharsets.UTF_8);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }
}
