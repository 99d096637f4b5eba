package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;

/**
 * A thread that waits for the reply of its own blocking unary call reads the connection itself, so
 * that the reply costs no wake-up. It leaves on its reply, on an interrupt, when something else
 * becomes due, or at the end of the spin; the reader then goes on. No callback runs here: the reply
 * goes to the call's executor after the role is released.
 *
 * <p>The same goes for user code that the reader runs and that makes a blocking call on the same
 * connection: it takes the role up again, and before it waits for longer gives it to another
 * reader.
 */
final class CallerReading {
  private static final int POLLS_PER_CLOCK = 8;

  private CallerReading() {}

  /** Reads until the reply to {@code stream} is handed to its executor, or it does not pay. */
  static void readUntilAnswered(Connection connection, ClientStream stream) {
    Reading reading = connection.reading();
    Reader own = reading.readerInUserCodeOfCurrentThread();
    if (own != null) {
      own.readInUserCode(stream);
    } else if (takeRole(reading, stream, connection.longestSpinNanos())) {
      reading.callerReads();
      boolean answered = read(reading, stream);
      reading.role().release(stream);
      if (answered) {
        stream.run();
      }
    }
    reading.ensureReader();
  }

  private static boolean takeRole(Reading reading, ClientStream stream, long longestSpinNanos) {
    if (reading.role().take(stream)) {
      return true;
    }
    if (longestSpinNanos == 0) {
      return false;
    }
    reading.callerWaits();
    try {
      Ticker ticker = reading.ticker();
      long start = ticker.nanoTime();
      while (ticker.nanoTime() - start < longestSpinNanos && !stream.callbacks.isTerminated()) {
        if (reading.role().take(stream)) {
          return true;
        }
        Thread.onSpinWait();
      }
      return false;
    } finally {
      reading.callerWaitsNoMore();
    }
  }

  /**
   * Reads until the reply to {@code stream} is due, and takes it; false if something else is, or
   * that does not pay. Called by the reading role. Hot: guarded by the benchmark of the unary
   * calls.
   */
  static boolean read(Reading reading, ClientStream stream) {
    WaitStrategy.Spin spin = reading.callerSpin();
    long budgetNanos = spin.budgetNanos();
    if (budgetNanos == 0 || stream.callbacks.isTerminated()) {
      return false;
    }
    long start = reading.ticker().nanoTime();
    for (int polls = 1; ; polls++) {
      int read = reading.poll();
      if (reading.hasDue()) {
        if (reading.takeDueOf(stream)) {
          spin.paid();
          return true;
        }
        return false;
      }
      if (read < 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      if (polls % POLLS_PER_CLOCK == 0 && reading.ticker().nanoTime() - start > budgetNanos) {
        spin.missed();
        return false;
      }
      Thread.onSpinWait();
    }
  }
}
