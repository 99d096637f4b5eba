package dev.strait.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One attempt to connect: its deadline, and the pauses between its tries. For one thread. */
public final class ConnectAttempt {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  private final IpcAddress address;
  private final Ticker ticker;
  private final Duration timeout;
  private final long deadline;
  private final BooleanSupplier abandoned;
  private long pauseNanos = FIRST_PAUSE_NANOS;

  ConnectAttempt(IpcAddress address, Ticker ticker, Duration timeout, BooleanSupplier abandoned) {
    this.address = address;
    this.ticker = ticker;
    this.timeout = timeout;
    this.deadline = ticker.nanoTime() + Durations.toNanos(timeout);
    this.abandoned = abandoned;
  }

  /**
   * Waits a moment for the server: 50 us at first, then longer, up to 3 ms.
   *
   * @param refusal what the platform said, if it said anything: the cause when the time is up
   * @throws SocketTimeoutException if the time is up
   * @throws InterruptedIOException if the thread is interrupted, which it stays
   * @throws IOException if the transport was closed meanwhile
   */
  public void pause(@Nullable IOException refusal) throws IOException {
    long left = deadline - ticker.nanoTime();
    if (left <= 0) {
      SocketTimeoutException late =
          new SocketTimeoutException(
              "the server of "
                  + address
                  + " took no connection within "
                  + timeout.toMillis()
                  + " ms, its backlog may be full"
                  + (refusal == null ? "" : ": " + refusal.getMessage()));
      late.initCause(refusal);
      throw late;
    }
    if (abandoned.getAsBoolean()) {
      throw new IOException("the transport to " + address + " was closed while it connected");
    }
    ticker.park(this, Math.min(left, pauseNanos));
    pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while connecting to " + address);
    }
  }
}
