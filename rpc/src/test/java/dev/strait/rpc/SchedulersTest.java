package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.util.concurrent.MoreExecutors;
import dev.strait.transport.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SchedulersTest {
  @Test
  void anExecutorThatRefusesIsReplaced() {
    List<String> ran = new ArrayList<>();

    Schedulers.execute(
        () -> ran.add("task"),
        task -> {
          throw new RejectedExecutionException();
        },
        task -> {
          ran.add("fallback");
          task.run();
        });

    assertEquals(List.of("fallback", "task"), ran);
  }

  /** G1: also when a call's executor refuses its last callback. */
  @Test
  void theLastResortAsksUntilThereIsAThread() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch ran = new CountDownLatch(1);
    ThreadFactory scarce =
        task -> {
          if (asked.incrementAndGet() <= 3) {
            throw new OutOfMemoryError("planned");
          }
          return Threads.daemonFactory().newThread(task);
        };
    ScheduledExecutorService timer =
        Schedulers.newScheduler("strait-timer", Threads.daemonFactory());
    try {
      Schedulers.lastResort("strait-callbacks", scarce, timer).execute(ran::countDown);

      Local.await(ran);
    } finally {
      timer.shutdownNow();
    }
    assertEquals(4, asked.get());
  }

  @Test
  void guavasDirectExecutorStandsForTheThreadThatReads() {
    Executor other = Runnable::run;

    assertNull(Schedulers.unlessDirect(MoreExecutors.directExecutor()));
    assertNull(Schedulers.unlessDirect(null));
    assertSame(other, Schedulers.unlessDirect(other));
  }
}
