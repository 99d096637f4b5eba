package dev.strait.transport;

import java.time.Duration;

/**
 * How a thread waits for something that another process or thread is about to do: it spins for a
 * short while, because waking a parked thread costs tens of microseconds, and then parks.
 *
 * <p>Every wait in Strait asks one strategy. {@link #adaptive()} spins only while spinning pays: a
 * place whose recent spins were in vain spins rarely until one succeeds again, and on a single core
 * nothing ever spins. {@link #parking()} never spins.
 *
 * <p>Immutable and thread-safe; the {@link Spin} of one waiting place is not.
 */
public final class WaitStrategy {
  private static final long DEFAULT_SPIN_NANOS = 50_000;

  private final long longestSpinNanos;

  private WaitStrategy(long longestSpinNanos) {
    this.longestSpinNanos = longestSpinNanos;
  }

  /** Spins for up to 50 us while that pays, then parks. The default. */
  public static WaitStrategy adaptive() {
    return new WaitStrategy(spinNanosOnThisMachine(DEFAULT_SPIN_NANOS));
  }

  /**
   * Spins for up to {@code longestSpin} while that pays, then parks.
   *
   * @throws IllegalArgumentException if it is negative or longer than 10 ms
   */
  public static WaitStrategy adaptive(Duration longestSpin) {
    if (longestSpin.isNegative() || longestSpin.compareTo(Duration.ofMillis(10)) > 0) {
      throw new IllegalArgumentException("longestSpin must be 0 to 10 ms, was " + longestSpin);
    }
    return new WaitStrategy(spinNanosOnThisMachine(longestSpin.toNanos()));
  }

  /** Never spins. */
  public static WaitStrategy parking() {
    return new WaitStrategy(0);
  }

  private static long spinNanosOnThisMachine(long nanos) {
    return Runtime.getRuntime().availableProcessors() > 1 ? nanos : 0;
  }

  /** How long a wait may spin at most, in nanoseconds; 0 for never. */
  public long longestSpinNanos() {
    return longestSpinNanos;
  }

  /** The memory of one place that waits. */
  public Spin newSpin() {
    return new Spin(longestSpinNanos);
  }

  @Override
  public String toString() {
    return longestSpinNanos == 0 ? "parking" : "spinning up to " + longestSpinNanos / 1000 + " us";
  }

  /** Remembers whether spinning paid lately, for one place that waits. Not thread-safe. */
  public static final class Spin {
    private static final int MISSES_UNTIL_RARE = 4;
    private static final int RARELY = 16;

    private final long longestNanos;
    private int missesInARow;

    private Spin(long longestNanos) {
      this.longestNanos = longestNanos;
    }

    /** How long the wait that begins now may spin, in nanoseconds; 0 for not at all. */
    public long budgetNanos() {
      if (missesInARow < MISSES_UNTIL_RARE) {
        return longestNanos;
      }
      missesInARow++;
      return missesInARow % RARELY == 0 ? longestNanos : 0;
    }

    /** What was waited for came during the spin. */
    public void paid() {
      missesInARow = 0;
    }

    /** The spin ended in vain. */
    public void missed() {
      missesInARow++;
    }
  }
}
