package dev.strait.rpc;

import dev.strait.transport.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What can be seen from outside of the connections of a channel or a server: counters, events of
 * flight recordings, and the log. Nothing here is on the way of a call. What is counted has been
 * recorded before. Thread-safe.
 */
final class Monitor {
  /** Peers could otherwise fill the log. */
  private static final long NANOS_BETWEEN_FAULTS = TimeUnit.SECONDS.toNanos(1);

  private final Ticker ticker;
  private final AtomicLong faultToldNanos;
  private final AtomicLong faultsUntold = new AtomicLong();
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder goAwaysSaid = new LongAdder();
  private final LongAdder goAwaysHeard = new LongAdder();
  private final LongAdder limitsHit = new LongAdder();
  private final LongAdder rolesMoved = new LongAdder();
  private final LongAdder callsBack = new LongAdder();

  Monitor(Ticker ticker) {
    this.ticker = ticker;
    this.faultToldNanos = new AtomicLong(ticker.nanoTime() - NANOS_BETWEEN_FAULTS);
  }

  /**
   * The counters.
   *
   * @param callsMade by the channel; those that call back are added here
   * @param callsTaken from peers
   */
  IpcCounters counters(long callsMade, long callsTaken) {
    // In this order no connection is open that was never opened.
    long closedNow = closed.sum();
    long openedNow = opened.sum();
    return new IpcCounters(
        openedNow,
        openedNow - closedNow,
        failed.sum(),
        callsMade + callsBack.sum(),
        callsTaken,
        goAwaysSaid.sum(),
        goAwaysHeard.sum(),
        limitsHit.sum(),
        rolesMoved.sum());
  }

  /** The peers have said HELLO. */
  void connected(Connection connection) {
    FlightEvents.record(() -> new FlightEvents.Connect(connection).commit());
    opened.increment();
    Log.debug(() -> connection + " is open");
  }

  /**
   * A connection is over.
   *
   * @param wasOpen whether the peers had said HELLO
   */
  void closed(Connection connection, boolean wasOpen, String reason, int lostCalls) {
    FlightEvents.record(() -> new FlightEvents.Close(connection, reason, lostCalls).commit());
    (wasOpen ? closed : failed).increment();
    Log.debug(() -> connection + " is over, with " + lostCalls + " calls: " + reason);
  }

  /** No thread can be had for a new connection. */
  void cannotBeRead(Connection connection, Throwable why) {
    tellOfFault(connection + " is given up, since no thread can be started to read it: " + why);
  }

  /** This side goes away. */
  void saidGoAway(Connection connection, GoAwayReason reason, String text) {
    if (reason.isALimit()) {
      hitLimit(connection, text);
    }
    FlightEvents.record(() -> new FlightEvents.GoAway(connection, false, reason, text).commit());
    if (reason.isAFault()) {
      tellOfFault(connection + " is given up, " + reason + ": " + text);
    }
    goAwaysSaid.increment();
  }

  /** The peer goes away; {@code text} is escaped. */
  void heardGoAway(Connection connection, GoAwayReason reason, String text) {
    FlightEvents.record(() -> new FlightEvents.GoAway(connection, true, reason, text).commit());
    if (reason.isAFault()) {
      tellOfFault(connection + " was given up by the peer, " + reason + ": " + text);
    }
    goAwaysHeard.increment();
  }

  /** At most once a second; how many were left out comes with the next. */
  private void tellOfFault(String message) {
    long now = ticker.nanoTime();
    long told = faultToldNanos.get();
    if (now - told < NANOS_BETWEEN_FAULTS || !faultToldNanos.compareAndSet(told, now)) {
      faultsUntold.incrementAndGet();
      Log.debug(() -> message);
      return;
    }
    long untold = faultsUntold.getAndSet(0);
    Log.info(untold == 0 ? message : message + " (and " + untold + " before that were not told)");
  }

  /** A newcomer was closed at once: there are as many connections as may be. */
  void turnedAway(String endpoint, int maxConnections) {
    FlightEvents.record(
        () ->
            new FlightEvents.LimitHit(endpoint, "one more than " + maxConnections + " connections")
                .commit());
    failed.increment();
    limitsHit.increment();
  }

  /** The peer was held to a limit. */
  void hitLimit(Connection connection, String limit) {
    FlightEvents.record(() -> new FlightEvents.LimitHit(connection, limit).commit());
    limitsHit.increment();
    Log.debug(() -> connection + " has hit a limit: " + limit);
  }

  /** A handler calls its caller back. */
  void callsBack() {
    callsBack.increment();
  }

  /** User code has held up the thread that read, and another one reads now. */
  void roleMoved(Connection connection, String call, String from) {
    FlightEvents.record(() -> new FlightEvents.SlowHandler(connection, call, from).commit());
    FlightEvents.record(() -> new FlightEvents.RoleMoved(connection, from).commit());
    rolesMoved.increment();
  }
}
