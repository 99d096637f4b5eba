package dev.strait.benchmarks.ladder;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** A chart that was drawn. */
final class Chart {
  private static final DecimalFormat SHORT =
      new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT));

  private final String file;
  private final String title;
  private final byte[] png;

  /**
   * A chart.
   *
   * @param file its name
   * @param png which nobody changes
   */
  Chart(String file, String title, byte[] png) {
    this.file = file;
    this.title = title;
    this.png = png;
  }

  String file() {
    return file;
  }

  String title() {
    return title;
  }

  byte[] png() {
    return png;
  }

  /** For an axis, whose numbers are short: as in {@code 250k}. */
  static String number(double value) {
    if (value >= 1e6) {
      return SHORT.format(value / 1e6) + "M";
    }
    return value >= 1e3 ? SHORT.format(value / 1e3) + "k" : SHORT.format(value);
  }

  /** As in {@code 16 KiB}. */
  static String bytes(int bytes) {
    if (bytes >= 1 << 20) {
      return (bytes >> 20) + " MiB";
    }
    return bytes >= 1 << 10 ? (bytes >> 10) + " KiB" : bytes + " B";
  }
}
