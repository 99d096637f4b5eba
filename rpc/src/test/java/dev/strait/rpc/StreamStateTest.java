package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table in the Javadoc of {@link StreamState}, every field of it. */
final class StreamStateTest {
  private static final String TABLE =
      """
      IDLE          OPEN  -            -             IDLE  CLOSED
      OPEN          -     LOCAL_ENDED  REMOTE_ENDED  IDLE  CLOSED
      LOCAL_ENDED   -     -            -             IDLE  CLOSED
      REMOTE_ENDED  -     -            -             -     CLOSED
      CLOSED        -     -            -             -     CLOSED
      """;

  static Stream<Arguments> moves() {
    StreamState.Event[] events = StreamState.Event.values();
    return TABLE
        .lines()
        .map(line -> line.split(" +"))
        .flatMap(
            row ->
                Stream.of(events)
                    .map(
                        event ->
                            Arguments.of(
                                StreamState.valueOf(row[0]), event, row[1 + event.ordinal()])));
  }

  @ParameterizedTest
  @MethodSource("moves")
  void everyMoveIsAsTheTableSays(StreamState from, StreamState.Event event, String to) {
    if (to.equals("-")) {
      Exception thrown = assertThrows(IllegalStateException.class, () -> from.after(event));
      assertTrue(thrown.getMessage().contains(from.name()), thrown.getMessage());
      assertTrue(thrown.getMessage().contains(event.name()), thrown.getMessage());
    } else {
      assertEquals(StreamState.valueOf(to), from.after(event));
    }
  }

  @org.junit.jupiter.api.Test
  void theTableHasEveryStateAndEvent() {
    assertEquals(StreamState.values().length * StreamState.Event.values().length, moves().count());
  }
}
