package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.util.concurrent.MoreExecutors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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

  @Test
  void guavasDirectExecutorStandsForTheThreadThatReads() {
    Executor other = Runnable::run;

    assertNull(Schedulers.unlessDirect(MoreExecutors.directExecutor()));
    assertNull(Schedulers.unlessDirect(null));
    assertSame(other, Schedulers.unlessDirect(other));
  }
}
