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
  private final UserQuota quota;

  @GuardedBy("this")
  private final Set<IncomingCall> queued = new LinkedHashSet<>();

  @GuardedBy("this")
  private int running;

  @GuardedBy("this")
  private long begun;

  HandlerLimit(int maxRunning, int maxQueued, UserQuota quota) {
    this.maxRunning = maxRunning;
    this.maxQueued = maxQueued;
    this.quota = quota;
  }

  /**
   * Whether {@code call} may begin now; if not it waits for {@link IncomingCall#proceed}.
   *
   * @throws StreamException if it may not even wait
   */
  synchronized boolean begin(IncomingCall call) throws StreamException {
    begun++;
    UserQuota.User user = call.user();
    if (user == null) {
      return beginOfAnyUser(call);
    }
    quota.beginCall(user);
    try {
      return beginOfAnyUser(call);
    } catch (StreamException e) {
      quota.endCall(user);
      throw e;
    }
  }

  @GuardedBy("this")
  private boolean beginOfAnyUser(IncomingCall call) throws StreamException {
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
    boolean waited = queued.remove(call);
    if (waited) {
      endOfUser(call);
    }
    return waited;
  }

  private void endOfUser(IncomingCall call) {
    UserQuota.User user = call.user();
    if (user != null) {
      quota.endCall(user);
    }
  }

  /** A call has had its terminal callback, or ended while it waited. */
  void end(IncomingCall call) {
    endOfUser(call);
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
