package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.TransportOptions;
import io.grpc.Deadline;

/** A {@link Ticker} as the clock of {@link Deadline}s. */
final class DeadlineTicker extends Deadline.Ticker {
  private final Ticker ticker;

  private DeadlineTicker(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * The clock of deadlines that goes by {@code ticker}. Deadlines of different clocks cannot be
   * compared, so the system's stays the one that deadlines have anyway.
   */
  static Deadline.Ticker of(Ticker ticker) {
    if (ticker == TransportOptions.DEFAULTS.ticker()) {
      return Deadline.getSystemTicker();
    }
    return ticker instanceof Deadline.Ticker same ? same : new DeadlineTicker(ticker);
  }

  @Override
  public long nanoTime() {
    return ticker.nanoTime();
  }
}
