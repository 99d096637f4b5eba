package dev.strait.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;

/**
 * Delivers state changes in order, and never under a lock of the transport. Whoever causes a change
 * delivers it; when two threads cause changes at once, one of them delivers both.
 */
final class StateEvents {
  private record Change(TransportState from, TransportState to) {}

  private final Listeners<StateListener> listeners = new Listeners<>();

  @GuardedBy("this")
  private final ArrayDeque<Change> pending = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean delivering;

  Subscription add(StateListener listener) {
    return listeners.add(listener);
  }

  /**
   * Notes a change. Called under the lock that guards the state, so the order is that of the moves.
   */
  synchronized void changed(TransportState from, TransportState to) {
    if (from != to) {
      pending.add(new Change(from, to));
    }
  }

  /** Delivers what was noted. Called without locks. */
  void deliver() {
    while (true) {
      Change change;
      synchronized (this) {
        if (delivering || pending.isEmpty()) {
          return;
        }
        change = pending.remove();
        delivering = true;
      }
      for (Object listener : listeners.snapshot()) {
        try {
          ((StateListener) listener).onStateChange(change.from, change.to);
        } catch (Throwable e) {
          Log.warn("a state listener threw on " + change, e);
        }
      }
      synchronized (this) {
        delivering = false;
      }
    }
  }
}
