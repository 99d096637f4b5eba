package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of states and events in SPEC.md, every field of it (S1). */
final class StreamStateTest {
  private static final DocTable TABLE = DocTable.startingWith(DocTable.SPEC, "| state | open |");

  static Stream<Arguments> moves() {
    return TABLE.rows().stream().flatMap(StreamStateTest::movesFrom);
  }

  private static Stream<Arguments> movesFrom(List<String> row) {
    return Stream.of(StreamState.Event.values())
        .map(
            event ->
                Arguments.of(StreamState.valueOf(row.get(0)), event, row.get(1 + event.ordinal())));
  }

  @ParameterizedTest
  @MethodSource("moves")
  void everyMoveIsAsTheTableSays(StreamState from, StreamState.Event event, String to) {
    if (to.isEmpty()) {
      Exception thrown = assertThrows(IllegalStateException.class, () -> from.after(event));
      assertTrue(thrown.getMessage().contains(from.name()), thrown.getMessage());
      assertTrue(thrown.getMessage().contains(event.name()), thrown.getMessage());
    } else {
      assertEquals(StreamState.valueOf(to), from.after(event));
    }
  }

  @Test
  void theTableHasEveryStateAndEvent() {
    assertEquals(
        List.of("state", "open", "this side ends", "the peer ends", "rewind", "close", "reset"),
        TABLE.columns());
    assertEquals(
        Stream.of(StreamState.values()).map(Enum::name).toList(),
        TABLE.rows().stream().map(row -> row.get(0)).toList());
  }
}
