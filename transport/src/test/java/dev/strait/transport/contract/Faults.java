package dev.strait.transport.contract;

import java.util.SplittableRandom;

/**
 * What goes wrong on a link, on purpose. The same seed makes the same faults for the same calls.
 *
 * @param mostReadBytes how many bytes one read gives at most
 * @param mostWrittenBytes how many bytes one write takes at most
 * @param stallPercent how often a read or a write does nothing although it could
 * @param endAfterBytes after how many bytes a reader sees the end of the stream, though more follow
 * @param resetAfterBytes after how many bytes, written or read, the link fails
 * @param silentAfterBytes after how many bytes, written or read, all that follows gets lost
 * @param seed of all randomness: the sizes below the limits, and the stalls
 */
public record Faults(
    int mostReadBytes,
    int mostWrittenBytes,
    int stallPercent,
    long endAfterBytes,
    long resetAfterBytes,
    long silentAfterBytes,
    long seed) {

  private static final long NEVER = Long.MAX_VALUE;

  /** None. */
  public static final Faults NONE =
      new Faults(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, NEVER, NEVER, NEVER, 0);

  /** Reads of one byte each. */
  public static Faults oneByteReads() {
    return new Faults(1, Integer.MAX_VALUE, 0, NEVER, NEVER, NEVER, 0);
  }

  /** Splits, merges and delays: nothing that a stream of bytes may not do. */
  public static Faults splitsMergesAndDelays(long seed) {
    return new Faults(3000, 3000, 25, NEVER, NEVER, NEVER, seed);
  }

  /** Truncates what is read. */
  public Faults endingAfter(long bytes) {
    return new Faults(
        mostReadBytes,
        mostWrittenBytes,
        stallPercent,
        bytes,
        resetAfterBytes,
        silentAfterBytes,
        seed);
  }

  /** Breaks the connection. */
  public Faults resettingAfter(long bytes) {
    return new Faults(
        mostReadBytes,
        mostWrittenBytes,
        stallPercent,
        endAfterBytes,
        bytes,
        silentAfterBytes,
        seed);
  }

  /** Loses what follows without a sign. */
  public Faults silentAfter(long bytes) {
    return new Faults(
        mostReadBytes, mostWrittenBytes, stallPercent, endAfterBytes, resetAfterBytes, bytes, seed);
  }

  /** The same kind, with other randomness. */
  public Faults withSeed(long other) {
    return new Faults(
        mostReadBytes,
        mostWrittenBytes,
        stallPercent,
        endAfterBytes,
        resetAfterBytes,
        silentAfterBytes,
        other);
  }

  /** The faults of one direction: how many bytes may pass now. For one thread at a time. */
  static final class Direction {
    private final int mostBytes;
    private final int stallPercent;
    private final SplittableRandom random;

    Direction(int mostBytes, int stallPercent, long seed) {
      this.mostBytes = mostBytes;
      this.stallPercent = stallPercent;
      this.random = new SplittableRandom(seed);
    }

    /** 0 to stall. */
    int allowed(int wanted) {
      if (random.nextInt(100) < stallPercent) {
        return 0;
      }
      int most = Math.min(mostBytes, wanted);
      return stallPercent == 0 || most <= 1 ? most : 1 + random.nextInt(most);
    }
  }
}
