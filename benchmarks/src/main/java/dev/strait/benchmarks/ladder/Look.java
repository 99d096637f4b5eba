package dev.strait.benchmarks.ladder;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Map;
import org.knowm.xchart.internal.series.MarkerSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How a line of a chart looks: the same contender the same way in all of them. The colours are
 * Okabe and Ito's, which colour-blind people tell apart; markers and dashes differ as well.
 */
enum Look {
  BLUE(0x0072B2, SeriesMarkers.CIRCLE),
  VERMILION(0xD55E00, SeriesMarkers.SQUARE),
  ORANGE(0xE69F00, SeriesMarkers.DIAMOND, 10, 4),
  PURPLE(0xCC79A7, SeriesMarkers.TRIANGLE_UP, 2, 4),
  GREEN(0x009E73, SeriesMarkers.TRIANGLE_DOWN, 10, 4, 2, 4),
  SKY(0x56B4E9, SeriesMarkers.CROSS, 10, 4),
  BLACK(0x000000, SeriesMarkers.PLUS, 4, 4);

  static final int WIDTH = 1000;
  static final int HEIGHT = 560;

  private static final float LINE_WIDTH = 2.5f;
  private static final String FONT = Font.SANS_SERIF;
  private static final Color GRID = new Color(0xDDDDDD);

  private static final Map<String, Look> BY_CONTENDER =
      Map.of(
          "strait", BLUE,
          "grpc-direct", VERMILION,
          "grpc-default", ORANGE,
          "grpc-tcp", PURPLE,
          "grpc-inprocess-direct", GREEN,
          "strait-no-spin", SKY);

  private final Color colour;

  @SuppressWarnings("ImmutableEnumChecker") // XChart's are constants.
  private final Marker marker;

  @SuppressWarnings("ImmutableEnumChecker") // Strokes are immutable.
  private final BasicStroke stroke;

  Look(int rgb, Marker marker, float... dashes) {
    colour = new Color(rgb);
    this.marker = marker;
    stroke =
        new BasicStroke(
            LINE_WIDTH,
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND,
            1,
            dashes.length == 0 ? null : dashes,
            0);
  }

  static Look of(String contender) {
    return BY_CONTENDER.getOrDefault(contender, BLACK);
  }

  void applyTo(MarkerSeries series, boolean marked) {
    series.setMarker(marked ? marker : SeriesMarkers.NONE);
    series.setMarkerColor(colour);
    series.setLineColor(colour);
    series.setLineStyle(stroke);
  }

  /** What all charts have in common. */
  static void applyTo(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotContentSize(0.96);
    styler.setChartPadding(12);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(FONT, Font.BOLD, 18));
    styler.setAxisTitleFont(new Font(FONT, Font.PLAIN, 15));
    styler.setAxisTickLabelsFont(new Font(FONT, Font.PLAIN, 14));
    styler.setLegendFont(new Font(FONT, Font.PLAIN, 14));
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendSeriesLineLength(40);
    styler.setMarkerSize(9);
  }
}
