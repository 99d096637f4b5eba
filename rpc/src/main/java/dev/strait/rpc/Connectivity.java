package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ConnectivityState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The state of a channel as the application sees it, and who waits for it to change. Thread-safe.
 */
final class Connectivity {
  private final Executor executor;
  private final Executor fallback;

  @GuardedBy("this")
  private ConnectivityState state = ConnectivityState.IDLE;

  @GuardedBy("this")
  private final List<Runnable> waiters = new ArrayList<>();

  /**
   * @param executor runs the callbacks
   * @param fallback runs those that it refuses
   */
  Connectivity(Executor executor, Executor fallback) {
    this.executor = executor;
    this.fallback = fallback;
  }

  synchronized ConnectivityState get() {
    return state;
  }

  /** Moves, and calls those who wait for that. SHUTDOWN is final. */
  void set(ConnectivityState next) {
    List<Runnable> called;
    synchronized (this) {
      if (state == next || state == ConnectivityState.SHUTDOWN) {
        return;
      }
      state = next;
      called = new ArrayList<>(waiters);
      waiters.clear();
    }
    called.forEach(this::call);
  }

  /** Calls once, when the state is not {@code source} any more. */
  void whenNot(ConnectivityState source, Runnable callback) {
    synchronized (this) {
      if (state == source) {
        waiters.add(callback);
        return;
      }
    }
    call(callback);
  }

  private void call(Runnable callback) {
    Schedulers.execute(callback, executor, fallback);
  }
}
