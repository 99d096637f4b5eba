package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The clock of the tests that need one, and that channels and servers go by it alone. */
final class VirtualTimeTest {
  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();
  private final ScheduledExecutorService scheduler = time.scheduler();
  private final long start = time.nanoTime();
  private final List<String> ran = new ArrayList<>();

  @Test
  void timersRunInTheOrderOfTimeAndFindTheClockAtTheirs() {
    set("late", 30);
    set("early", 10);
    set("as early, set later", 10);

    time.advance(Duration.ofMillis(20));

    assertEquals(List.of("early at 10", "as early, set later at 10"), ran);
    assertEquals(20, elapsedMillis());
    time.advance(Duration.ofSeconds(5));
    assertEquals("late at 30", ran.get(2));
    assertEquals(0, time.timers());
  }

  @Test
  void aTimerThatATimerSetsRunsInTheSameMoveIfItIsDue() {
    scheduler.schedule(() -> set("second", 5), 5, TimeUnit.MILLISECONDS);

    time.advance(Duration.ofMillis(9));
    assertEquals(List.of(), ran);
    time.advance(Duration.ofMillis(1));

    assertEquals(List.of("second at 10"), ran);
  }

  @Test
  void aCancelledTimerIsGoneAtOnce() {
    ScheduledFuture<?> timer = set("never", 5);
    set("ever", 5);

    timer.cancel(false);

    assertEquals(1, time.timers());
    time.advance(Duration.ofMillis(5));
    assertEquals(List.of("ever at 5"), ran);
  }

  @Test
  void aRepeatedTimerRunsOncePerPeriodUntilItIsCancelled() {
    ScheduledFuture<?> timer =
        scheduler.scheduleWithFixedDelay(() -> run("again"), 10, 20, TimeUnit.MILLISECONDS);

    time.advance(Duration.ofMillis(50));
    timer.cancel(false);
    time.advance(Duration.ofMillis(50));

    assertEquals(List.of("again at 10", "again at 30", "again at 50"), ran);
    assertEquals(0, time.timers());
  }

  @Test
  void whatIsDueAtOnceWaitsForTheClockToo() {
    scheduler.execute(() -> run("now"));
    set("long ago", -5);
    assertEquals(List.of(), ran);

    time.advance(Duration.ZERO);

    assertEquals(List.of("now at 0", "long ago at 0"), ran);
  }

  @Test
  void deadlinesAndContextsGoByIt() {
    Deadline deadline = time.deadlineIn(Duration.ofSeconds(3));
    Context.CancellableContext context = Context.ROOT.withDeadline(deadline, scheduler);

    time.advance(Duration.ofMillis(2_999));
    assertFalse(deadline.isExpired() || context.isCancelled());
    time.advance(Duration.ofMillis(1));

    assertTrue(deadline.isExpired() && context.isCancelled());
    assertEquals(0, time.timers());
  }

  @Test
  void theLongestDelayIsNeverDue() {
    scheduler.schedule(() -> run("at the end"), Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    set("soon", 1);

    time.advance(Duration.ofDays(365));

    assertEquals(List.of("soon at 1"), ran);
  }

  @Test
  void nothingCanBeSetAfterAShutdown() {
    scheduler.shutdownNow();

    assertThrows(RejectedExecutionException.class, () -> set("late", 1));
  }

  @Test
  void channelAndServerSetTheirTimersOnItAndLeaveItAsItWas() throws Exception {
    Server server = local.serve(b -> time.drive(b.addService(Raw.service(Raw.UNARY, Raw.echo()))));
    ManagedChannel channel = local.channel(time::drive);
    assertEquals(1, time.timers(), "the channel watches for idleness");
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) 1).awaitClose();

    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);

    assertEquals(0, time.timers());
    assertFalse(scheduler.isShutdown(), "it belongs to the test");
  }

  private ScheduledFuture<?> set(String name, long millis) {
    return scheduler.schedule(() -> run(name), millis, TimeUnit.MILLISECONDS);
  }

  private void run(String name) {
    ran.add(name + " at " + elapsedMillis());
  }

  private long elapsedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(time.nanoTime() - start);
  }
}
