package dev.strait.transport;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;

/**
 * Drives a connected transport from a daemon thread of its own: spins briefly, polls, awaits. At
 * the end of the stream, or when it fails, it closes the transport with the reason and ends.
 *
 * <p>Nobody else may poll or await that transport.
 */
public final class TransportReader {
  private final Transport transport;
  private final WaitStrategy waits;
  private final Ticker ticker;

  private TransportReader(Transport transport, WaitStrategy waits, Ticker ticker) {
    this.transport = transport;
    this.waits = waits;
    this.ticker = ticker;
  }

  /**
   * Begins to read. Subscribe the data listeners before.
   *
   * @return the reading thread, named after the endpoint
   */
  public static Thread start(Transport transport, TransportOptions options) {
    return start(transport, options.threadFactory(), WaitStrategy.adaptive(), options.ticker());
  }

  /**
   * Begins to read on a thread of {@code factory}, waiting as {@code waits} says.
   *
   * @return the reading thread, named after the endpoint
   */
  public static Thread start(
      Transport transport, ThreadFactory factory, WaitStrategy waits, Ticker ticker) {
    TransportReader reader = new TransportReader(transport, waits, ticker);
    return Threads.start(factory, "strait-read " + transport.address(), reader::run);
  }

  private void run() {
    WaitStrategy.Spin spin = waits.newSpin();
    try {
      int n = transport.poll();
      while (n >= 0) {
        if (n == 0 && !spinUntilRead(spin)) {
          // An interrupt of this thread means nothing, but would turn every wait into none.
          Thread.interrupted();
          transport.await(Long.MAX_VALUE);
        }
        n = transport.poll();
      }
      transport.close(new EOFException("the peer of " + transport.address() + " closed"));
    } catch (IOException e) {
      transport.close(e);
    } catch (RuntimeException | Error e) {
      transport.close(new IOException("reading " + transport.address() + " failed", e));
    }
  }

  /** Polls for as long as spinning may pay. False if in vain; the end shows at the next poll. */
  private boolean spinUntilRead(WaitStrategy.Spin spin) throws IOException {
    long budgetNanos = spin.budgetNanos();
    if (budgetNanos == 0) {
      return false;
    }
    long start = ticker.nanoTime();
    do {
      if (transport.poll() != 0) {
        spin.paid();
        return true;
      }
      Thread.onSpinWait();
    } while (ticker.nanoTime() - start < budgetNanos);
    spin.missed();
    return false;
  }
}
