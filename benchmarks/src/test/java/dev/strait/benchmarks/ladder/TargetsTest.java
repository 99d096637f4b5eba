package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TargetsTest {
  private final Map<Case, Map<Measure, Double>> measured = new HashMap<>();

  @Test
  void lessTimeIsSoManyTimesBetter() {
    measured(Targets.call("strait"), Measure.P50_MICROS, 5);
    measured(Targets.call("grpc-direct"), Measure.P50_MICROS, 100);
    Row row = row("P1", "grpc-direct");
    assertEquals("5.0 us", row.strait());
    assertEquals("grpc-direct 100.0 us", row.rival());
    assertEquals("20x", row.ratio());
    assertEquals(">= 15x", row.target());
    assertEquals(Row.MET, row.verdict());
  }

  @Test
  void tooLittleBetterIsNotMet() {
    measured(Targets.call("strait"), Measure.P50_MICROS, 10);
    measured(Targets.call("grpc-direct"), Measure.P50_MICROS, 149);
    assertEquals("14.9x", row("P1", "grpc-direct").ratio());
    assertEquals(Row.MISSED, row("P1", "grpc-direct").verdict());
  }

  @Test
  void moreCallsAreSoManyTimesBetter() {
    measured(Targets.inFlight("strait"), Measure.CALLS_PER_SECOND, 600_000);
    measured(Targets.inFlight("grpc-direct"), Measure.CALLS_PER_SECOND, 100_000);
    measured(Targets.inFlight("grpc-default"), Measure.CALLS_PER_SECOND, 40_000);
    assertEquals("6x", row("P4", "grpc-direct").ratio());
    assertEquals(Row.MET, row("P4", "grpc-direct").verdict());
    assertEquals("15x", row("P4", "grpc-default").ratio());
    assertEquals(Row.MISSED, row("P4", "grpc-default").verdict());
  }

  @Test
  void closenessToTheFloorIsHowManyTimesTheFloorItTakes() {
    measured(Targets.call("strait"), Measure.P50_MICROS, 6);
    measured(Targets.pingPong("nio-spin"), Measure.P50_MICROS, 4);
    assertEquals("1.5x", row("P1", "nio-spin").ratio());
    assertEquals(Row.MET, row("P1", "nio-spin").verdict());
    measured(Targets.call("strait"), Measure.P50_MICROS, 6.1);
    assertEquals(Row.MISSED, row("P1", "nio-spin").verdict());
  }

  @Test
  void eachMeasureHasItsOwnRow() {
    measured(Targets.call("strait"), Measure.CLIENT_ALLOCATION, 100);
    measured(Targets.call("grpc-direct"), Measure.CLIENT_ALLOCATION, 1000);
    List<Row> rows = rows("P9").toList();
    assertEquals(List.of("0.1x", ""), rows.stream().map(Row::ratio).toList());
    assertEquals(Row.MET, rows.get(0).verdict());
    assertTrue(rows.get(1).verdict().startsWith(Row.NOT_MEASURED), rows::toString);
  }

  @Test
  void aValueNeedsNoRival() {
    measured(Targets.ENCODE, Measure.MEAN_NANOS, 20);
    measured(Targets.DECODE, Measure.MEAN_NANOS, 30);
    List<Row> rows = rows("P8").limit(2).toList();
    assertEquals(List.of(Row.MET, Row.MISSED), rows.stream().map(Row::verdict).toList());
    assertEquals(List.of("", ""), rows.stream().map(Row::ratio).toList());
  }

  @Test
  void aHandlerThatBlocksMayCostTwoTicksMore() {
    measured(Targets.blocking("strait", 0), Measure.SAME_CONNECTION_P99, 50);
    measured(Targets.blocking("strait", 5), Measure.SAME_CONNECTION_P99, 249);
    Row row = row("P12", "without");
    assertEquals("without 50.0 us", row.rival());
    assertEquals("+199.0 us", row.ratio());
    assertEquals("<= +200.0 us", row.target());
    assertEquals(Row.MET, row.verdict());
    measured(Targets.blocking("strait", 5), Measure.SAME_CONNECTION_P99, 251);
    assertEquals(Row.MISSED, row("P12", "without").verdict());
  }

  @Test
  void anotherConnectionIsHeldAgainstItselfWithoutBlocking() {
    measured(Targets.blocking("strait", 0), Measure.OTHER_CONNECTION_P99, 50);
    measured(Targets.blocking("strait", 5), Measure.OTHER_CONNECTION_P99, 80);
    Row row = rows("P12").toList().get(1);
    assertEquals("1.6x", row.ratio());
    assertEquals(Row.MISSED, row.verdict());
  }

  @Test
  void tenThousandConnectionsAreServedOrNot() {
    measured(Targets.idle("strait"), Measure.CONNECTIONS_SERVED, 9_999);
    measured(Targets.idle("strait"), Measure.KIB_PER_CONNECTION, 9.5);
    List<Row> rows = rows("P11").toList();
    assertEquals(">= 10,000", rows.get(0).target());
    assertEquals("9,999", rows.get(0).strait());
    assertEquals(Row.MISSED, rows.get(0).verdict());
    assertEquals("<= 10.0 KiB", rows.get(1).target());
    assertEquals(Row.MET, rows.get(1).verdict());
  }

  @Test
  void withoutTheRivalThereIsNoVerdict() {
    measured(Targets.call("strait"), Measure.P50_MICROS, 5);
    Row row = row("P1", "grpc-direct");
    assertEquals("5.0 us", row.strait());
    assertEquals("grpc-direct -", row.rival());
    assertEquals("", row.ratio());
    assertEquals("not measured: grpc-direct was not run", row.verdict());
  }

  @Test
  void allTargetsAreListedWhateverWasMeasured() {
    Set<String> ids = rows().map(Row::id).collect(Collectors.toSet());
    for (int i = 1; i <= 15; i++) {
      assertTrue(ids.contains("P" + i), "P" + i);
    }
    assertTrue(rows().allMatch(row -> row.verdict().startsWith(Row.NOT_MEASURED)));
    assertEquals("not measured: there is no shm: transport", row("P14", "").verdict());
  }

  private void measured(Case which, Measure measure, double value) {
    measured.computeIfAbsent(which, w -> new HashMap<>()).put(measure, value);
  }

  private Row row(String id, String rival) {
    return rows(id).filter(row -> row.rival().startsWith(rival)).findFirst().orElseThrow();
  }

  private Stream<Row> rows(String id) {
    return rows().filter(row -> row.id().equals(id));
  }

  private Stream<Row> rows() {
    return Targets.ALL.stream().map(target -> target.row(this::value));
  }

  private OptionalDouble value(Case which, Measure measure) {
    Double value = measured.getOrDefault(which, Map.of()).get(measure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
