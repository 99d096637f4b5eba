package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.strait.transport.Interleavings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The callbacks of a call come one at a time and in order, and end with one terminal event, however
 * the threads meet that read, request, run them, and end the call.
 */
final class CallbackQueueInterleavingsTest {
  @Test
  void messagesThatAreRequestedMeanwhileComeInOrderAndThenTheEnd() {
    Interleavings.of(
        1000,
        () -> {
          Delivered delivered = new Delivered();
          CallbackQueue queue = new CallbackQueue(delivered);
          Thread user =
              Interleavings.started(
                  () -> {
                    queue.request(1);
                    queue.request(1);
                  });
          queue.add(message(1));
          queue.add(message(2));
          queue.terminate("end", false);
          Interleavings.join(user);

          assertEquals("1 2 end", delivered.inOrder());
        });
  }

  @Test
  void ofTwoEndsOneIsDelivered() {
    Interleavings.of(
        1000,
        () -> {
          Delivered delivered = new Delivered();
          CallbackQueue queue = new CallbackQueue(delivered);
          queue.request(1);
          boolean[] cancelled = new boolean[1];
          Thread canceller =
              Interleavings.started(() -> cancelled[0] = queue.terminate("cancelled", true));
          queue.add(message(1));
          boolean ended = queue.terminate("end", false);
          Interleavings.join(canceller);

          assertEquals(!ended, cancelled[0]);
          String last = ended ? "end" : "cancelled";
          String all = delivered.inOrder();
          // Whether the message came first, or was dropped, is open: its credit tells.
          assertEquals(delivered.credit == 0 ? "1 " + last : last, all);
        });
  }

  @Test
  void readinessIsToldBesideMessages() {
    Interleavings.of(
        1000,
        () -> {
          Delivered delivered = new Delivered();
          CallbackQueue queue = new CallbackQueue(delivered);
          Thread sender = Interleavings.started(queue::ready);
          queue.request(1);
          queue.add(message(1));
          Interleavings.join(sender);
          queue.terminate("end", false);

          assertEquals("1 end", delivered.inOrder());
          assertEquals(1, delivered.readiness);
        });
  }

  private static InboundMessage message(int number) {
    InboundMessage message = new InboundMessage(new byte[] {(byte) number}, 0, 1);
    message.hold(1);
    return message;
  }

  /** Runs the callbacks on whichever thread finds that there are some. */
  private static final class Delivered implements CallbackQueue.Owner {
    private final List<Object> events = new ArrayList<>();
    private int inside;
    int readiness;
    long credit;

    @Override
    public void deliver(Object event) {
      int before = inside++;
      if (event == CallbackQueue.READY) {
        readiness++;
      } else {
        events.add(event instanceof InboundMessage message ? message.read() : event);
      }
      inside--;
      assertEquals(0, before, "two callbacks run at once");
    }

    @Override
    public void schedule(CallbackQueue callbacks) {
      callbacks.run();
    }

    @Override
    public void dropped(long dropped) {
      credit += dropped;
    }

    @Override
    public void heldUp() {}

    String inOrder() {
      StringBuilder text = new StringBuilder();
      events.forEach(event -> text.append(text.isEmpty() ? "" : " ").append(event));
      return text.toString();
    }
  }
}
