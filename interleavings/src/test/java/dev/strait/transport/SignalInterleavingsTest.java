package dev.strait.transport;

import org.junit.jupiter.api.Test;

/** No raise of a {@link Signal} is lost, however it meets the wait for it. */
final class SignalInterleavingsTest {
  @Test
  void aRaiseEndsTheWaitThatItMeets() {
    Interleavings.of(
        1500,
        () -> {
          Signal signal = new Signal(new Permit());
          Thread raiser = Interleavings.started(signal::raise);
          signal.await(Long.MAX_VALUE);
          Interleavings.join(raiser);
        });
  }

  @Test
  void eachOfTwoWaitsHasItsRaise() {
    Interleavings.of(
        1500,
        () -> {
          Signal there = new Signal(new Permit());
          Signal back = new Signal(new Permit());
          Thread echo =
              Interleavings.started(
                  () -> {
                    there.await(Long.MAX_VALUE);
                    back.raise();
                    there.await(Long.MAX_VALUE);
                    back.raise();
                  });
          there.raise();
          back.await(Long.MAX_VALUE);
          there.raise();
          back.await(Long.MAX_VALUE);
          Interleavings.join(echo);
        });
  }

  /**
   * The one thread that waits by it wakes for nothing but an unpark. To Lincheck, a thread parked
   * by the JDK may always wake for no reason, so a wake-up that is lost is not missed.
   */
  private static final class Permit implements Ticker {
    private boolean given;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public synchronized void park(Object blocker, long nanos) {
      while (!given) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      given = false;
    }

    @Override
    public synchronized void unpark(Thread thread) {
      if (thread != null) {
        given = true;
        notifyAll();
      }
    }
  }
}
