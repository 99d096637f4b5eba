package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ChartsTest {
  @BeforeAll
  static void withoutADisplay() {
    System.setProperty("java.awt.headless", "true");
  }

  @Test
  void chartsAreDrawnOfWhatThereIs() throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(Sample.latencies(Targets.call("strait"), 5));
    outcomes.add(Sample.latencies(Targets.paced("grpc-direct"), 50));
    for (int connections : FullLadder.CONNECTIONS) {
      outcomes.add(Sample.outcome(Targets.connections("strait", connections), 1e5, "ops/s"));
    }
    outcomes.add(Sample.outcome(Targets.receive("strait", 64), 1e8, "ops/s"));
    List<Chart> charts = Charts.of(Sample.run(outcomes, List.of()));
    assertEquals(
        List.of(
            "latency.png",
            "latency-paced.png",
            "payload.png",
            "streaming-from-server.png",
            "connections.png"),
        charts.stream().map(Chart::file).toList());
    for (Chart chart : charts) {
      var image = ImageIO.read(new ByteArrayInputStream(chart.png()));
      assertEquals(Look.WIDTH, image.getWidth());
      assertEquals(Look.HEIGHT, image.getHeight());
    }
  }

  @Test
  void nothingIsDrawnOfNothing() {
    assertEquals(List.of(), Charts.of(Sample.run()));
  }

  @Test
  void numbersAtAnAxisAreShort() {
    assertEquals(
        List.of("0.1", "1", "100", "1k", "250k", "1M", "1.5M", "100M"),
        Stream.of(0.1, 1.0, 100.0, 1e3, 250e3, 1e6, 1.5e6, 1e8).map(Chart::number).toList());
    assertEquals(
        List.of("0 B", "64 B", "1 KiB", "64 KiB", "16 MiB"),
        Stream.of(0, 64, 1 << 10, 64 << 10, 16 << 20).map(Chart::bytes).toList());
  }
}
