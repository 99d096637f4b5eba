package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;

/**
 * How the holder of the reading role waits for input: it spins while that pays, then blocks in the
 * transport. One for all readers of a connection and one for all callers, each with a memory of its
 * own. Used by the reading role only.
 */
final class WaitTurn {
  /**
   * The thread that is waited for may have been woken on this core, and gets it only if this one
   * lets it. Where nobody else wants the core that is a short system call.
   */
  private static final int POLLS_PER_YIELD = 8;

  private final Reading reading;
  private final Ticker ticker;
  private final WaitStrategy.Spin spin;
  private long budgetNanos = -1; // of the wait that has begun; negative if none has
  private long startNanos;
  private int polls;

  WaitTurn(Reading reading, Ticker ticker, WaitStrategy strategy) {
    this.reading = reading;
    this.ticker = ticker;
    this.spin = strategy.newSpin();
  }

  /** The next wait begins anew. */
  void restart() {
    budgetNanos = -1;
  }

  /** Input came. */
  void paid() {
    if (budgetNanos > 0) {
      spin.paid();
    }
    restart();
  }

  /**
   * Waits a little; called again and again until there is input. Hot: guarded by the benchmark of
   * the unary calls.
   *
   * @param mayBlock whether it blocks when spinning does not pay
   * @return whether it was time to block, so that anything may have happened meanwhile
   */
  @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on what yield does but the speed.
  boolean once(boolean mayBlock) {
    if (budgetNanos < 0) {
      budgetNanos = spin.budgetNanos();
      startNanos = budgetNanos > 0 ? ticker.nanoTime() : 0;
      polls = 0;
    }
    if (budgetNanos > 0) {
      if (++polls % POLLS_PER_YIELD != 0) {
        Thread.onSpinWait();
        return false;
      }
      if (ticker.nanoTime() - startNanos < budgetNanos) {
        Thread.yield();
        return false;
      }
      spin.missed();
    }
    restart();
    if (mayBlock) {
      reading.await();
    }
    return true;
  }
}
