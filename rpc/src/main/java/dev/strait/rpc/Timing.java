package dev.strait.rpc;

import dev.strait.transport.Randoms;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What decides when timers run, besides the clock.
 *
 * @param scheduler somebody else's, for all timers, and never shut down here; null for one of its
 *     own
 * @param jitter spreads what many would otherwise do at the same time
 */
record Timing(@Nullable ScheduledExecutorService scheduler, RandomGenerator jitter) {
  static final Timing DEFAULTS = new Timing(null, Randoms.jitter());

  Timing withScheduler(ScheduledExecutorService other) {
    return new Timing(other, jitter);
  }

  Timing withJitter(RandomGenerator other) {
    return new Timing(scheduler, other);
  }
}
