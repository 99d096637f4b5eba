package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many handlers run at once. A handler counts from its first callback until it closes
 * its call or, if that is cancelled, has heard so; beyond the bound calls wait in a queue that is
 * bounded too. Thread-safe.
 */
final class HandlerLimit {
  private final int maxRunning;
  private final int maxQueued;

  @GuardedBy("this")
  private final Set<IncomingCall> queued = new LinkedHashSet<>();

  @GuardedBy("this")
  private int running;

  @GuardedBy("this")
  private long begun;

  HandlerLimit(int maxRunning, int maxQueued) {
    this.maxRunning = maxRunning;
    this.maxQueued = maxQueued;
  }

  /**
   * Whether {@code call} may begin now; if not it waits for {@link IncomingCall#proceed}.
   *
   * @throws StreamException if it may not even wait
   */
  synchronized boolean begin(IncomingCall call) throws StreamException {
    begun++;
    if (running < maxRunning) {
      running++;
      return true;
    }
    if (queued.size() >= maxQueued) {
      throw new StreamException(
          CancelCode.LIMIT_EXCEEDED,
          maxRunning + " handlers run and " + maxQueued + " calls wait, which are the limits");
    }
    queued.add(call);
    return false;
  }

  /** How many calls have come so far. */
  synchronized long begun() {
    return begun;
  }

  /** Takes away a call that waits; false if it does not, because it runs or has ended. */
  synchronized boolean withdraw(IncomingCall call) {
    return queued.remove(call);
  }

  /** A call has had its terminal callback, or ended while it waited. */
  void end(IncomingCall call) {
    IncomingCall next;
    synchronized (this) {
      // Asked first: to look for a call computes its identity hash, and mostly none waits.
      if (!queued.isEmpty() && queued.remove(call)) {
        return;
      }
      next = first();
      if (next == null) {
        running--;
      } else {
        queued.remove(next);
      }
    }
    if (next != null) {
      next.proceed();
    }
  }

  @GuardedBy("this")
  private @Nullable IncomingCall first() {
    return queued.isEmpty() ? null : queued.iterator().next();
  }
}
