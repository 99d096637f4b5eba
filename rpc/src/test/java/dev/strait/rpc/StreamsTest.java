package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who waits to be opened, and who waits no more. */
final class StreamsTest {
  private final Streams streams = new Streams(1);
  private final ClientStream first = stream();
  private final ClientStream second = stream();

  StreamsTest() {
    streams.begin(Hello.of(Limits.DEFAULTS.withMaxStreams(1)));
  }

  private static ClientStream stream() {
    return new ClientStream(null, "raw/Bidi", false, false);
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
}
