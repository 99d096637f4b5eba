package dev.strait.benchmarks.ladder;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Brings the progress up to date each second. */
final class Ticks implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });

  private Ticks() {}

  static Ticks of(Progress progress) {
    Ticks ticks = new Ticks();
    var unused = ticks.timer.scheduleAtFixedRate(progress::tick, 1, 1, TimeUnit.SECONDS);
    return ticks;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
