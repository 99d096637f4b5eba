package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.IpcAddress;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

/** Which streams may be opened, who waits for that, and who waits no more. */
final class StreamsTest {
  private final Streams streams = new Streams(1);
  private final ClientStream first = stream(false);
  private final ClientStream second = stream(false);

  StreamsTest() {
    streams.begin(Hello.of(Limits.DEFAULTS.withMaxStreams(1)));
  }

  /** Or a GO_AWAY would have it made again elsewhere, while it runs here. */
  @Test
  void aStreamThatWasOpenedWaitsNoMoreWhoeverOpenedIt() {
    assertTrue(streams.open(first));
    assertFalse(streams.open(second));
    streams.forget(first);

    assertTrue(streams.open(second));

    assertFalse(streams.hasOpenable());
    assertEquals(List.of(), streams.takeWaiting());
    assertEquals(List.of(), streams.takeNotProcessed(second.id()));
  }

  @Test
  void aStreamThatWaitsIsOpenedWhenThereIsRoom() {
    streams.open(first);
    streams.open(second);
    assertFalse(streams.hasOpenable());
    streams.forget(first);

    assertEquals(second, streams.takeOpenable());
    assertTrue(streams.open(second));
  }

  /** Or the peer, which sees no call left once it has cancelled its own, would cut it off. */
  @Test
  void onlyWhoCallsBackOpensAStreamOnAConnectionThatGoesAway() {
    streams.accept(2, new ServerStream(null));
    streams.drain().startOurs();

    assertFalse(streams.open(first));
    assertTrue(streams.open(stream(true)));
  }

  private static ClientStream stream(boolean callsBack) {
    var call = new IpcClientCall<>(new Owner(callsBack), Raw.BIDI, CallOptions.DEFAULT);
    return new ClientStream(call, Raw.BIDI.getFullMethodName(), false, false);
  }

  /** Whose calls are never made. */
  private record Owner(boolean callsBack) implements IpcClientCall.Owner {
    @Override
    public boolean callStarted() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void countAgain() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void callEnded(ClientStream stream) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void heldUp(ClientStream stream) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void submit(ClientStream stream) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Status shutdownStatus() {
      throw new UnsupportedOperationException();
    }

    @Override
    public IpcAddress address() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String authority() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int maxInboundMessageBytes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledExecutorService scheduler() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Executor executor() {
      return null;
    }

    @Override
    public Executor fallbackExecutor() {
      throw new UnsupportedOperationException();
    }
  }
}
