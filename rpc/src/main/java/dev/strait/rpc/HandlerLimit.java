package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many handlers run at once, in all and for each user. A handler counts from its first
 * callback until it closes its call or, if that is cancelled, has heard so; beyond the bound calls
 * wait in a queue that is bounded too. Users take turns with what becomes free. Thread-safe.
 */
final class HandlerLimit {
  /**
   * @param running how many handlers
   * @param waiting how many calls that wait for one
   */
  record Bounds(int running, int waiting) {
    static final Bounds NONE = new Bounds(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** As an application sets them. */
    static Bounds of(int running, int waiting) {
      return new Bounds(
          Arguments.positive("running", running), Arguments.notNegative("waiting", waiting));
    }

    /** Not by equals: what the JDK makes for a record's keeps the class loader. */
    boolean areNone() {
      return running == Integer.MAX_VALUE && waiting == Integer.MAX_VALUE;
    }

    /** At least one handler. */
    Bounds half() {
      return new Bounds(Math.max(1, running / 2), waiting / 2);
    }
  }

  /**
   * What one user has; or everybody, where users have no bounds of their own. Guarded by the
   * monitor of the limit.
   */
  private static final class Share {
    final Set<IncomingCall> waiting = new LinkedHashSet<>();
    int running;

    boolean isEmpty() {
      return running == 0 && waiting.isEmpty();
    }
  }

  /** In place of a uid. */
  private static final long EVERYBODY = -1;

  private final Bounds ofAll;
  private final Bounds ofOne;
  private final boolean byUser;
  private final Share everybody = new Share();

  /** By uid; whoever had a turn last is the last. */
  @GuardedBy("this")
  private final Map<Long, Share> shares = new LinkedHashMap<>();

  @GuardedBy("this")
  private int running;

  @GuardedBy("this")
  private int waiting;

  @GuardedBy("this")
  private long begun;

  /**
   * @param ofAll for all users together
   * @param ofOne for each of them
   */
  HandlerLimit(Bounds ofAll, Bounds ofOne) {
    this.ofAll = ofAll;
    this.ofOne = ofOne;
    this.byUser = !ofOne.areNone();
    if (!byUser) {
      shares.put(EVERYBODY, everybody);
    }
  }

  /**
   * Whether {@code call} may begin now; if not it waits for {@link IncomingCall#proceed}.
   *
   * @throws StreamException if it may not even wait
   */
  synchronized boolean begin(IncomingCall call) throws StreamException {
    begun++;
    Share share = shareOf(call);
    if (running < ofAll.running() && share.running < ofOne.running()) {
      running++;
      share.running++;
      return true;
    }
    boolean asManyAsMay = waiting >= ofAll.waiting();
    if (asManyAsMay || share.waiting.size() >= ofOne.waiting()) {
      forgetIfEmpty(call, share);
      throw asManyAsMay ? refusal(ofAll, "") : refusal(ofOne, " of uid " + call.uid());
    }
    share.waiting.add(call);
    waiting++;
    return false;
  }

  private static StreamException refusal(Bounds reached, String whose) {
    return new StreamException(
        CancelCode.LIMIT_EXCEEDED,
        reached.running()
            + " handlers"
            + whose
            + " run and "
            + reached.waiting()
            + " calls wait, which are the limits");
  }

  /** How many calls have come so far. */
  synchronized long begun() {
    return begun;
  }

  /** Takes away a call that waits; false if it does not, because it runs or has ended. */
  synchronized boolean withdraw(IncomingCall call) {
    // Asked first: to look for a call computes its identity hash, and mostly none waits.
    if (waiting == 0) {
      return false;
    }
    Share share = shareOf(call);
    boolean waited = share.waiting.remove(call);
    if (waited) {
      waiting--;
    }
    forgetIfEmpty(call, share);
    return waited;
  }

  /** A call has had its terminal callback, or ended while it waited. */
  void end(IncomingCall call) {
    IncomingCall next;
    synchronized (this) {
      if (withdraw(call)) {
        return;
      }
      Share share = shareOf(call);
      running--;
      share.running--;
      forgetIfEmpty(call, share);
      next = waiting == 0 ? null : startNext();
    }
    if (next != null) {
      next.proceed();
    }
  }

  /** Of the first user who may have one more. */
  @GuardedBy("this")
  private @Nullable IncomingCall startNext() {
    for (Map.Entry<Long, Share> entry : shares.entrySet()) {
      Share share = entry.getValue();
      if (!share.waiting.isEmpty() && share.running < ofOne.running()) {
        IncomingCall next = share.waiting.iterator().next();
        share.waiting.remove(next);
        waiting--;
        running++;
        share.running++;
        Long uid = entry.getKey();
        shares.remove(uid);
        shares.put(uid, share);
        return next;
      }
    }
    return null;
  }

  @GuardedBy("this")
  private Share shareOf(IncomingCall call) {
    return byUser ? shares.computeIfAbsent(call.uid(), any -> new Share()) : everybody;
  }

  /** Not when its connection is gone: handlers that still run count all the same. */
  @GuardedBy("this")
  private void forgetIfEmpty(IncomingCall call, Share share) {
    if (byUser && share.isEmpty()) {
      shares.remove(call.uid());
    }
  }
}
