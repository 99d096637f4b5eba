package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;

/** A measure against a parameter that was varied, whose values stand at equal distances. */
final class SweepChart {
  private final CategoryChart chart;
  private final String file;
  private final Run run;
  private final List<Integer> values;
  private final List<String> labels;
  private final Measure measure;
  private boolean logarithmic;
  private double least = Double.MAX_VALUE;
  private double most;

  /**
   * A chart without a line.
   *
   * @param label what stands at the axis for a value
   */
  SweepChart(
      String file,
      String title,
      String axis,
      Run run,
      List<Integer> values,
      IntFunction<String> label,
      Measure measure) {
    this.file = file;
    this.run = run;
    this.values = values;
    this.measure = measure;
    labels = values.stream().map(label::apply).toList();
    chart =
        new CategoryChartBuilder()
            .width(Look.WIDTH)
            .height(Look.HEIGHT)
            .title(title)
            .xAxisTitle(axis)
            .build();
    Look.applyTo(chart.getStyler());
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(Chart::number);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setYAxisTickMarkSpacingHint(90);
    // Otherwise the lines would stand beside one another, as bars do.
    chart.getStyler().setOverlapped(true);
  }

  /** With an axis on which each decade takes the same room. */
  SweepChart logarithmic() {
    logarithmic = true;
    return this;
  }

  SweepChart yAxis(String title) {
    chart.setYAxisTitle(title);
    return this;
  }

  /** A line for a contender, where it was run. */
  SweepChart add(String contender, IntFunction<Case> cases) {
    return add(contender, Look.of(contender), cases);
  }

  SweepChart add(String name, Look look, IntFunction<Case> cases) {
    List<@Nullable Double> figures = new ArrayList<>();
    boolean any = false;
    for (int value : values) {
      OptionalDouble figure = run.of(cases.apply(value), measure);
      if (figure.isPresent()) {
        any = true;
        least = Math.min(least, figure.getAsDouble());
        most = Math.max(most, figure.getAsDouble());
      }
      figures.add(figure.isPresent() ? figure.getAsDouble() : null);
    }
    if (any) {
      look.applyTo(chart.addSeries(name, labels, figures), true);
    }
    return this;
  }

  /** What does not depend on the parameter, if there is something to hold it against. */
  SweepChart addConstant(String name, Case what) {
    return chart.getSeriesCollection().isEmpty() ? this : add(name, Look.BLACK, value -> what);
  }

  /** Nothing if there is no line. */
  Optional<Chart> draw() {
    if (chart.getSeriesCollection().isEmpty()) {
      return Optional.empty();
    }
    chart.getStyler().setYAxisLogarithmic(logarithmic);
    chart.getStyler().setYAxisMin(logarithmic ? decadeBelow(least) : 0);
    if (logarithmic) {
      chart.getStyler().setYAxisMax(10 * decadeBelow(most));
    }
    try {
      return Optional.of(
          new Chart(file, chart.getTitle(), BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double decadeBelow(double value) {
    return Math.pow(10, Math.floor(Math.log10(value)));
  }
}
