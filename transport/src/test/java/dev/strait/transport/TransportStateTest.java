package dev.strait.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.TransportState.Event;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportStateTest {
  @ParameterizedTest
  @CsvSource({
    "DISCONNECTED, CONNECTING, -, -, -, CLOSED",
    "CONNECTING, -, CONNECTED, FAILED, -, CLOSED",
    "CONNECTED, -, -, FAILED, DRAINING, CLOSED",
    "DRAINING, -, -, FAILED, -, CLOSED",
    "FAILED, CONNECTING, -, -, -, CLOSED",
    "CLOSED, -, -, -, -, CLOSED",
  })
  void everyStateAnswersEveryEventAsItsTableSays(
      TransportState state,
      String connect,
      String opened,
      String fail,
      String drain,
      String close) {
    String[] expected = {connect, opened, fail, drain, close};
    for (Event event : Event.values()) {
      if (expected[event.ordinal()].equals("-")) {
        IllegalStateException illegal =
            assertThrows(IllegalStateException.class, () -> state.after(event));
        assertTrue(illegal.getMessage().contains(event + " is illegal in state " + state));
      } else {
        assertEquals(TransportState.valueOf(expected[event.ordinal()]), state.after(event));
      }
    }
  }
}
