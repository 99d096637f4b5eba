package dev.strait.rpc;

import io.grpc.ConnectivityState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The state of a channel as the application sees it, and who waits for it to change. Thread-safe.
 */
final class Connectivity {
  private final Executor executor;

  // Guarded by this.
  private ConnectivityState state = ConnectivityState.IDLE;
  private final List<Runnable> waiters = new ArrayList<>();

  /**
   * @param executor runs the callbacks
   */
  Connectivity(Executor executor) {
    this.executor = executor;
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
    called.forEach(executor::execute);
  }

  /** Calls once, when the state is not {@code source} any more. */
  void whenNot(ConnectivityState source, Runnable callback) {
    synchronized (this) {
      if (state == source) {
        waiters.add(callback);
        return;
      }
    }
    executor.execute(callback);
  }
}
