package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.Threads;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** G1: the last callback of a call whose executor refuses it, when no thread can be had either. */
final class LastResortTest {
  private static final Duration RETRY = Duration.ofMillis(10);

  private final VirtualTime time = new VirtualTime();
  private final Semaphore ran = new Semaphore(0);
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicInteger timesNoneWait = new AtomicInteger();
  private final LastResort lastResort =
      new LastResort(
          "strait-callbacks test",
          this::newThread,
          time.scheduler(),
          timesNoneWait::incrementAndGet);

  private Thread newThread(Runnable task) {
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new OutOfMemoryError("planned");
    }
    return Threads.daemonFactory().newThread(task);
  }

  private void awaitRuns(int count) throws InterruptedException {
    assertTrue(ran.tryAcquire(count, 15, TimeUnit.SECONDS), "it does not run");
  }

  @Test
  void aTaskRunsAtOnceWhereThereIsAThread() throws Exception {
    lastResort.execute(ran::release);

    awaitRuns(1);
    assertFalse(lastResort.isWaiting());
  }

  @Test
  void tasksWaitUntilThereIsAThread() throws Exception {
    refusals.set(4);
    lastResort.execute(ran::release);
    lastResort.execute(ran::release);
    assertTrue(lastResort.isWaiting());

    time.advance(RETRY);
    time.advance(RETRY);
    assertTrue(lastResort.isWaiting(), "all four were refused");
    assertEquals(0, ran.availablePermits());
    time.advance(RETRY);

    awaitRuns(2);
    Local.await("none waits", () -> timesNoneWait.get() == 1);
    assertFalse(lastResort.isWaiting());
  }

  @Test
  void aTaskThatBlocksHoldsUpNoneThatWaits() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    refusals.set(2);
    lastResort.execute(
        () -> {
          begun.countDown();
          Local.await(goOn);
        });
    lastResort.execute(ran::release);

    time.advance(RETRY);
    Local.await(begun);
    time.advance(RETRY);

    awaitRuns(1);
    goOn.countDown();
  }

  @Test
  void theThreadThatCanBeHadRunsWhatWaited() throws Exception {
    refusals.set(1);
    lastResort.execute(ran::release);
    lastResort.execute(ran::release);

    awaitRuns(2);
  }

  @Test
  void aTaskThatThrowsLeavesTheOthersToTheNextThread() throws Exception {
    refusals.set(2);
    lastResort.execute(
        () -> {
          throw new IllegalStateException("planned");
        });
    lastResort.execute(ran::release);

    time.advance(RETRY);
    Local.await("the first has thrown", () -> timesNoneWait.get() == 1);
    time.advance(RETRY);

    awaitRuns(1);
  }

  @Test
  void withNeitherThreadNorTimerTasksWaitForTheNextAndNobodyForThem() throws Exception {
    time.scheduler().shutdownNow();
    refusals.set(2);
    lastResort.execute(ran::release);
    lastResort.execute(ran::release);

    assertFalse(lastResort.isWaiting());
    assertEquals(2, timesNoneWait.get());
    lastResort.execute(ran::release);
    awaitRuns(3);
  }
}
