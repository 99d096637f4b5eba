package dev.strait.rpc;

import dev.strait.transport.Threads;
import dev.strait.transport.Ticker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that user code which blocks on a reading thread holds up nobody else: each tick it
 * looks at the readers, and from one that has been in the same user code since the last tick it
 * takes the reading role away and gives it to another thread.
 *
 * <p>One daemon thread for all connections of a channel or server, parked while no user code runs.
 * Thread-safe.
 */
final class Watcher {
  private static final int TICK_NANOS = 100_000;

  /** Each look takes a core from somebody, so fewer are made while all user code is short. */
  private static final int CALM_TICK_NANOS = 1_000_000;

  /** For so many ticks after a reader was held up none is left out. */
  private static final int ALERT_TICKS = 10_000;

  private static final int IDLE_NANOS_UNTIL_PARKED = 5_000_000;

  private final Queue<Reader> readers = new ConcurrentLinkedQueue<>();
  private final ThreadFactory threads;
  private final Ticker ticker;
  private final String name;

  // Written under this monitor, and by its own thread, which looks again afterwards.
  private volatile boolean parked = true;
  private volatile boolean closed;
  private volatile @Nullable Thread thread;

  // Used by the watcher's thread only.
  private boolean userCodeRuns;
  private int alertTicks;

  Watcher(String name, ThreadFactory threads, Ticker ticker) {
    this.name = name;
    this.threads = threads;
    this.ticker = ticker;
  }

  void add(Reader reader) {
    readers.add(reader);
  }

  void remove(Reader reader) {
    readers.remove(reader);
  }

  /** A reader has laid its role down for user code. Hot: a volatile read while the watcher runs. */
  void userCodeBegins() {
    if (parked) {
      wake();
    }
  }

  private synchronized void wake() {
    if (!parked || closed) {
      return;
    }
    parked = false;
    Thread running = thread;
    if (running == null) {
      start();
    } else {
      ticker.unpark(running);
    }
  }

  private void start() {
    try {
      thread = Threads.start(threads, name, this::watch);
    } catch (Throwable e) {
      Log.warn(name + " cannot be started; it is tried again", e);
      parked = true;
    }
  }

  /** Ends the thread. */
  synchronized void close() {
    closed = true;
    ticker.unpark(thread);
  }

  private void watch() {
    int idleNanos = 0;
    while (!closed) {
      int tick = nextTickNanos();
      ticker.park(this, tick);
      idleNanos = look() ? 0 : idleNanos + tick;
      if (idleNanos > IDLE_NANOS_UNTIL_PARKED) {
        parkUntilUserCodeBegins();
        idleNanos = 0;
      }
    }
  }

  private int nextTickNanos() {
    if (alertTicks > 0) {
      alertTicks--;
      return TICK_NANOS;
    }
    return userCodeRuns ? TICK_NANOS : CALM_TICK_NANOS;
  }

  private void parkUntilUserCodeBegins() {
    parked = true;
    // A reader that began before it could see the flag is seen here; one that begins later wakes
    // us.
    while (parked && !closed) {
      if (look()) {
        parked = false;
      } else {
        ticker.park(this, Long.MAX_VALUE);
      }
    }
  }

  /** A reader that cannot be replaced, as for want of threads, must not be the end of all looks. */
  private Reader.Sight lookAt(Reader reader) {
    try {
      return reader.lookedAt();
    } catch (Throwable e) {
      Log.warn(name + " could not see to a reader", e);
      return Reader.Sight.RUNS;
    }
  }

  /** Whether any user code ran since the last look. */
  private boolean look() {
    boolean any = false;
    userCodeRuns = false;
    for (Reader reader : readers) {
      Reader.Sight sight = lookAt(reader);
      any |= sight != Reader.Sight.NOTHING_RAN;
      userCodeRuns |= sight == Reader.Sight.RUNS || sight == Reader.Sight.REPLACED;
      if (sight == Reader.Sight.REPLACED) {
        alertTicks = ALERT_TICKS;
      }
    }
    return any;
  }
}
