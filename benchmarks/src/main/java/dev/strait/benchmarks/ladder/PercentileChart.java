package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/**
 * Latencies against percentiles, as HdrHistogram's own plotter shows them: as far to the right
 * again for each nine.
 */
final class PercentileChart {
  private static final int POINTS_PER_NINE = 25;
  private static final int NINES = 4;

  /** So many calls at least are slower than the last percentile that is drawn. */
  private static final int CALLS_BEYOND = 5;

  private final XYChart chart;
  private final String file;

  PercentileChart(String file, String title) {
    this.file = file;
    chart =
        new XYChartBuilder()
            .width(Look.WIDTH)
            .height(Look.HEIGHT)
            .title(title)
            .xAxisTitle("percentile (each nine takes the same room)")
            .yAxisTitle("microseconds (log)")
            .build();
    Look.applyTo(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisLogarithmicDecadeOnly(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(PercentileChart::percentile);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(Chart::number);
  }

  /** A line, if there is something to draw. */
  void add(String name, Look look, Optional<Outcome> outcome, String tag) {
    if (outcome.isPresent()) {
      Histogram latencies = outcome.get().latencies().get(tag);
      if (latencies != null) {
        add(name, look, latencies);
      }
    }
  }

  private void add(String name, Look look, Histogram latencies) {
    List<Double> nines = new ArrayList<>();
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i <= NINES * POINTS_PER_NINE; i++) {
      double beyond = Math.pow(10, -i / (double) POINTS_PER_NINE);
      if (latencies.getTotalCount() * beyond < CALLS_BEYOND) {
        break;
      }
      nines.add(1 / beyond);
      micros.add(Math.max(0.1, Measure.micros(latencies, 100 * (1 - beyond))));
    }
    if (nines.size() > 1) {
      look.applyTo(chart.addSeries(name, nines, micros), false);
    }
  }

  /** Nothing if there is no line. */
  Optional<Chart> draw() {
    if (chart.getSeriesCollection().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Chart(file, chart.getTitle(), BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String percentile(double x) {
    return x < 2 ? "fastest" : Chart.number(100 - 100 / x) + " %";
  }
}
