package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What waits to be run by whoever reads, in order. Thread-safe; allocates nothing per task. */
final class DueTasks {
  @GuardedBy("this")
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  private volatile int size; // written under this monitor

  synchronized void add(Runnable task) {
    tasks.add(task);
    size = tasks.size();
  }

  /** Takes the first; null if there is none. */
  @Nullable Runnable poll() {
    if (size == 0) {
      return null;
    }
    synchronized (this) {
      Runnable first = tasks.poll();
      size = tasks.size();
      return first;
    }
  }

  /** Takes the first if it is {@code expected}; another reader may have taken it meanwhile. */
  synchronized boolean pollIf(Runnable expected) {
    if (tasks.peek() != expected) {
      return false;
    }
    tasks.poll();
    size = tasks.size();
    return true;
  }

  /** The first; null if there is none. */
  @Nullable Runnable peek() {
    if (size == 0) {
      return null;
    }
    synchronized (this) {
      return tasks.peek();
    }
  }

  boolean isEmpty() {
    return size == 0;
  }
}
