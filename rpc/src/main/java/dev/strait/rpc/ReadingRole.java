package dev.strait.rpc;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a connection: exactly one thread at a time, or nobody.
 *
 * <p>The role is held by a {@link Reader} or by a thread that waits for the reply of its own call.
 * A reader that runs user code lays the role down in a way that it may take up again, unless the
 * watcher has meanwhile given it to another:
 *
 * <pre>
 *              take         layDown      takeUp       release     takeAway (watcher)
 * vacant       held(t)      -            -            -           -
 * held(t)      -            lent(t)      -            vacant      -
 * lent(t)      -            -            held(t)      -           vacant
 * </pre>
 *
 * <p>A vacant role is lent again ({@link #putBack}) when no thread could be found to take it.
 *
 * <p>Everything that is "used by the reading role only" is handed over by these moves. Thread-safe.
 */
final class ReadingRole {
  private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();

  /** The thread that reads now. Only compared with the current thread, by that thread. */
  private @Nullable Thread readingThread;

  /** Takes a vacant role; false if somebody holds it. */
  boolean take(Object by) {
    if (holder.get() != null || !holder.compareAndSet(null, by)) {
      return false;
    }
    readingThread = Thread.currentThread();
    return true;
  }

  void release(Object by) {
    readingThread = null;
    if (!holder.compareAndSet(by, null)) {
      throw new IllegalStateException("released a role that was not held");
    }
  }

  /**
   * The holder is about to run user code.
   *
   * @param lent what stands for the holder until it is back
   */
  void layDown(Object lent) {
    readingThread = null;
    holder.set(lent);
  }

  /** The holder is back from user code; false if it lost the role meanwhile. */
  boolean takeUp(Object lent, Object by) {
    if (!holder.compareAndSet(lent, by)) {
      return false;
    }
    readingThread = Thread.currentThread();
    return true;
  }

  /** Vacates a role whose holder runs user code; false if it does not. */
  boolean takeAway(Object lent) {
    return holder.compareAndSet(lent, null);
  }

  /** Undoes {@link #takeAway}, unless somebody has taken the role since. */
  void putBack(Object lent) {
    holder.compareAndSet(null, lent);
  }

  boolean isLent(Object lent) {
    return holder.get() == lent;
  }

  boolean isHeldBy(Object by) {
    return holder.get() == by;
  }

  boolean isVacant() {
    return holder.get() == null;
  }

  /** Whether the current thread is the one that reads, and not in user code. */
  boolean isHeldByCurrentThread() {
    return readingThread == Thread.currentThread();
  }
}
