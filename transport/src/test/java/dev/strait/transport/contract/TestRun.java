package dev.strait.transport.contract;

import dev.strait.transport.WaitStrategy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What this run of the tests begins with wherever a test says nothing itself. {@code
 * .ci/combinations} runs the tests with each combination:
 *
 * <ul>
 *   <li>{@code strait.tests.spinning}, {@code on} or {@code off}: whether waits spin;
 *   <li>{@code strait.tests.dispatch}, {@code inline} or {@code executor}: whether handlers and
 *       callbacks run on the thread that reads, or on a pool.
 * </ul>
 */
public final class TestRun {
  private static final String SPINNING = "strait.tests.spinning";
  private static final String DISPATCH = "strait.tests.dispatch";

  private static final String STRICT_BUFFERS = "dev.strait.bufferPool.strict";

  private static final boolean SPINS = isFirst(SPINNING, "on", "off");
  private static final boolean INLINE = isFirst(DISPATCH, "inline", "executor");

  /** The names of the pool's threads begin with it. */
  public static final String POOL = "tests-pool";

  private TestRun() {}

  public static WaitStrategy waitStrategy() {
    return SPINS ? WaitStrategy.adaptive() : WaitStrategy.parking();
  }

  /** The pool; empty for the thread that reads. */
  public static Optional<Executor> executor() {
    return INLINE ? Optional.empty() : Optional.of(Pool.THREADS);
  }

  /** For a JVM that a test starts. */
  public static List<String> jvmFlags() {
    return List.of(
        "-D" + SPINNING + "=" + (SPINS ? "on" : "off"),
        "-D" + DISPATCH + "=" + (INLINE ? "inline" : "executor"),
        "-D" + STRICT_BUFFERS + "=" + Boolean.getBoolean(STRICT_BUFFERS));
  }

  private static boolean isFirst(String property, String first, String second) {
    String value = System.getProperty(property, first);
    if (!value.equals(first) && !value.equals(second)) {
      throw new IllegalArgumentException(
          property + " is " + value + ", and neither " + first + " nor " + second);
    }
    return value.equals(first);
  }

  /** As many daemons as are needed; idle ones soon end, and hold no class loader of a test. */
  private static final class Pool {
    static final Executor THREADS =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, POOL);
              thread.setDaemon(true);
              return thread;
            });
  }
}
