package dev.strait.transport;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The subscribers to one kind of event, in the order of subscription. Reading them takes no lock
 * and allocates nothing. Thread-safe.
 */
final class Listeners<T> {
  private static final Object[] NONE = {};

  // Replaced as a whole, never changed.
  private volatile Object[] entries = NONE;

  Subscription add(T listener) {
    synchronized (this) {
      Object[] longer = Arrays.copyOf(entries, entries.length + 1);
      longer[entries.length] = listener;
      entries = longer;
    }
    AtomicBoolean ended = new AtomicBoolean();
    return () -> {
      if (ended.compareAndSet(false, true)) {
        remove(listener);
      }
    };
  }

  private synchronized void remove(T listener) {
    Object[] old = entries;
    for (int i = 0; i < old.length; i++) {
      if (old[i] == listener) {
        Object[] shorter = new Object[old.length - 1];
        System.arraycopy(old, 0, shorter, 0, i);
        System.arraycopy(old, i + 1, shorter, i, shorter.length - i);
        entries = shorter;
        return;
      }
    }
  }

  /** The subscribers now: for reading only, each of type T. */
  Object[] snapshot() {
    return entries;
  }
}
