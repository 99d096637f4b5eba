package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a handler hears last agrees with what was sent, whatever comes between the two. */
final class ServerStreamTest {
  private final List<Object> heard = new ArrayList<>();
  private final List<Status> cancelled = new ArrayList<>();
  private final ServerStream stream = new ServerStream(new Recording());

  @Test
  void aStreamThatIsBeingResetDoesNotCountAsCompleted() {
    stream.opened(1);
    stream.oweReady();

    // A deadline resets the stream, and before the call hears of it the sender comes by.
    stream.reset();
    stream.afterSend();
    stream.cancel(Status.DEADLINE_EXCEEDED);

    assertEquals(
        List.of(CallbackQueue.READY, new ServerStream.Cancelled(Status.DEADLINE_EXCEEDED)), heard);
    assertEquals(List.of(Status.DEADLINE_EXCEEDED), cancelled);
  }

  @Test
  void aCloseThatWasEncodedIsNotCancelledAnyMore() {
    stream.opened(1);

    stream.close();
    stream.cancel(Status.DEADLINE_EXCEEDED);
    stream.afterSend();

    assertEquals(List.of(ServerStream.COMPLETED), heard);
    assertEquals(List.of(), cancelled);
  }

  @Test
  void aCloseThatTheTransportDidNotTakeIsLost() {
    stream.opened(1);

    stream.close();
    stream.connectionLost(Status.UNAVAILABLE);

    assertEquals(List.of(new ServerStream.Cancelled(Status.UNAVAILABLE)), heard);
    assertEquals(List.of(Status.UNAVAILABLE), cancelled);
  }

  private final class Recording implements ServerStream.Call {
    @Override
    public void deliver(Object event) {
      heard.add(event);
    }

    @Override
    public boolean isInline() {
      return true;
    }

    @Override
    public void dispatch(CallbackQueue callbacks) {
      callbacks.run();
    }

    @Override
    public void begin() {}

    @Override
    public void cancelled(Status reason) {
      cancelled.add(reason);
    }
  }
}
