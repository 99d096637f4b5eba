package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CallbackQueueTest {
  private final List<Object> delivered = new ArrayList<>();
  private final Queue<Runnable> scheduled = new ArrayDeque<>();
  private Runnable inCallback = () -> {};
  private long dropped;
  private int heldUp;

  private final CallbackQueue queue =
      new CallbackQueue(
          new CallbackQueue.Owner() {
            @Override
            public void deliver(Object event) {
              delivered.add(event instanceof InboundMessage message ? message.size() : event);
              Runnable action = inCallback;
              inCallback = () -> {};
              action.run();
            }

            @Override
            public void schedule(CallbackQueue callbacks) {
              scheduled.add(callbacks);
            }

            @Override
            public void dropped(long credit) {
              dropped += credit;
            }

            @Override
            public void heldUp() {
              heldUp++;
            }
          });

  /** A message that is known by its size, and costs ten times as much. */
  private static InboundMessage message(int size) {
    InboundMessage message = new InboundMessage(new byte[size], 0, size);
    message.hold(10 * size);
    return message;
  }

  private List<Object> run() {
    while (!scheduled.isEmpty()) {
      scheduled.remove().run();
    }
    return delivered;
  }

  @Test
  void eventsComeInTheirOrderAndTheTerminalOneLast() {
    queue.request(2);
    queue.add("headers");
    queue.add(message(1));
    queue.add("half-closed");
    queue.add(message(2));
    assertTrue(queue.terminate("end", false));

    assertEquals(List.of("headers", 1, "half-closed", 2, "end"), run());
  }

  @Test
  void aRunIsScheduledOnceForAllThatWaits() {
    queue.request(5);
    queue.add("a");
    queue.add(message(1));
    queue.ready();

    assertEquals(1, scheduled.size());
    run();
    queue.add("b");
    assertEquals(1, scheduled.size());
  }

  @Test
  void ofManyEventsOnlySomeRunBeforeOthersHaveTheirTurn() {
    List<Object> events = IntStream.range(0, 1_000).<Object>mapToObj(i -> "e" + i).toList();
    events.forEach(queue::add);

    List<Integer> turns = new ArrayList<>();
    while (!scheduled.isEmpty()) {
      assertEquals(1, scheduled.size());
      int before = delivered.size();
      ((CallbackQueue) scheduled.remove()).runInTurns();
      turns.add(delivered.size() - before);
    }

    assertEquals(events, delivered);
    assertEquals(16, turns.size(), turns::toString);
    assertEquals(64, Collections.max(turns));
  }

  @Test
  void nothingRunsInsideACallback() {
    queue.request(1);
    inCallback =
        () -> {
          queue.add("inner");
          queue.request(5);
          assertTrue(scheduled.isEmpty(), "a second run was scheduled");
          assertEquals(List.of("outer"), delivered);
        };
    queue.add("outer");

    assertEquals(List.of("outer", "inner"), run());
  }

  @Test
  void messagesPassOnlyAsRequested() {
    for (int i = 1; i <= 4; i++) {
      queue.add(message(i));
    }
    assertTrue(scheduled.isEmpty());

    queue.request(1);
    assertEquals(List.of(1), run());
    queue.request(1);
    queue.request(1);
    assertEquals(List.of(1, 2, 3), run());
  }

  @Test
  void whatStandsBehindAnUnrequestedMessageWaits() {
    queue.add(message(1));
    queue.add("half-closed");
    queue.terminate("end", false);
    assertEquals(List.of(), run());

    queue.request(1);

    assertEquals(List.of(1, "half-closed", "end"), run());
  }

  @Test
  void anEndThatWaitsForRequestsIsTold() {
    queue.add(message(1));
    queue.terminate("end", false);
    assertEquals(1, heldUp);
    assertFalse(queue.isOver());

    queue.request(1);
    run();
    assertEquals(1, heldUp);
    assertTrue(queue.isOver());
  }

  @Test
  void anEndThatWaitsBehindTheSecondMessageIsTold() {
    queue.request(1);
    queue.add(message(1));
    queue.add(message(2));
    queue.terminate("end", false);
    assertEquals(0, heldUp);

    run();

    assertEquals(1, heldUp);
    assertFalse(queue.terminate("now", true));
    assertEquals(List.of(1, "now"), run());
  }

  @Test
  void requestsAddUpBeyondAnInt() {
    queue.request(Integer.MAX_VALUE);
    queue.request(Integer.MAX_VALUE);
    queue.add(message(1));

    assertEquals(List.of(1), run());
  }

  @Test
  void onReadyPassesUnrequestedMessages() {
    queue.add(message(1));
    queue.ready();
    queue.ready();

    assertEquals(List.of(CallbackQueue.READY), run());
  }

  @Test
  void onlyTheFirstTerminalEventCounts() {
    assertTrue(queue.terminate("first", false));
    assertFalse(queue.terminate("second", true));
    queue.add("late");
    queue.ready();

    assertEquals(List.of("first"), run());
    assertTrue(queue.isTerminated());
    assertFalse(queue.terminate("third", false));
    assertEquals(List.of("first"), run());
  }

  @Test
  void aTerminalEventMayDropWhatWaitsAndGivesItsCreditBack() {
    queue.add(message(3));
    queue.add("half-closed");
    queue.add(message(4));
    queue.ready();

    queue.terminate("end", true);

    assertEquals(70, dropped);
    assertEquals(List.of("end"), run());
  }

  @Test
  void aMessageAfterTheEndGivesItsCreditBack() {
    queue.terminate("end", false);

    queue.add(message(5));

    assertEquals(50, dropped);
  }

  @Test
  void whatIsHeldWaitsToProceed() {
    queue.hold();
    queue.request(1);
    queue.add("start");
    queue.add(message(1));
    queue.ready();
    assertEquals(List.of(), run());

    queue.proceed();

    assertEquals(List.of(CallbackQueue.READY, "start", 1), run());
  }

  @Test
  void theEndDoesNotWaitToProceed() {
    queue.hold();
    queue.add("start");

    queue.terminate("end", true);

    assertEquals(List.of("end"), run());
    queue.proceed();
    assertEquals(List.of("end"), run());
  }

  @Test
  void aCallbackMayReplaceTheTerminalEventThatIsToCome() {
    queue.request(2);
    inCallback = () -> queue.overrideTerminal("threw");
    queue.add(message(1));
    queue.add(message(2));
    queue.terminate("end", false);

    assertEquals(List.of(1, "threw"), run());
    assertEquals(20, dropped);
  }

  @Test
  void aTerminalEventThatWasDeliveredIsNotReplaced() {
    inCallback = () -> queue.overrideTerminal("threw");
    queue.terminate("end", false);

    assertEquals(List.of("end"), run());
  }

  @Test
  void onlyACallbackMayReplaceIt() {
    assertThrows(IllegalStateException.class, () -> queue.overrideTerminal("threw"));
  }

  @Test
  void aMessageIsWantedWhenItWouldPassAtOnce() {
    assertFalse(queue.wantsMessage());
    queue.request(1);
    assertTrue(queue.wantsMessage());
    queue.add(message(1));
    assertFalse(queue.wantsMessage());
    run();
    assertFalse(queue.wantsMessage());
    queue.request(1);
    queue.terminate("end", false);
    assertFalse(queue.wantsMessage());
  }
}
