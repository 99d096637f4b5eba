package dev.strait.rpc;

import java.nio.ByteBuffer;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of HELLO: both sides send theirs at once, and calls begin when the peer's has come.
 * One deadline for all of it. Source: SPEC.md, "HELLO".
 */
final class Handshake {
  private final Connection connection;
  private final Hello ours;
  private final ConnectionSettings settings;

  private volatile @Nullable ScheduledFuture<?> timer;
  private volatile boolean said;
  private boolean turnedAway; // used by the reading role only
  private volatile @Nullable Hello theirs;

  Handshake(Connection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.settings = settings;
    this.ours = Hello.of(settings.limits());
  }

  Hello ours() {
    return ours;
  }

  /** Begins the time in which the peer's HELLO must come. */
  void start() {
    long millis = settings.handshakeTimeout().toMillis();
    timer =
        settings
            .scheduler()
            .schedule(
                () -> {
                  if (theirs == null) {
                    connection
                        .end()
                        .goAwayAndClose(
                            GoAwayReason.HANDSHAKE_TIMEOUT,
                            "no HELLO came within " + millis + " ms");
                  }
                },
                millis,
                TimeUnit.MILLISECONDS);
  }

  void stop() {
    ScheduledFuture<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** Ours was sent: the peer may begin with calls. */
  void said() {
    said = true;
  }

  boolean isSaid() {
    return said;
  }

  /** The peer says GO_AWAY in place of its HELLO. Called by the reading role. */
  void turnedAway() {
    turnedAway = true;
    stop();
  }

  boolean isDone() {
    return theirs != null;
  }

  /** The peer's HELLO. */
  Hello theirs() {
    Hello hello = theirs;
    if (hello == null) {
      throw new IllegalStateException("before the peer's HELLO");
    }
    return hello;
  }

  /** The peer's HELLO came. Called by the reading role. */
  void receive(ByteBuffer data) throws WireException {
    if (turnedAway) {
      throw new WireException(GoAwayReason.PROTOCOL_ERROR, "HELLO came after GO_AWAY");
    }
    if (theirs != null) {
      throw new WireException(GoAwayReason.PROTOCOL_ERROR, "a second HELLO came");
    }
    Hello hello = HelloCodec.decode(data);
    hello.checkAgainst(ours);
    theirs = hello;
    stop();
  }
}
