package dev.strait.benchmarks.latency;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;
import org.jspecify.annotations.Nullable;

/**
 * A file of histograms in HdrHistogram's own log format, which its tools read too: a line for each
 * iteration and tag. Written by the benchmark's JVM, read by what makes the report.
 */
public final class HistogramLog {
  /** The system property that tells the benchmark's JVM where to write. */
  private static final String PROPERTY = "dev.strait.benchmarks.histograms";

  private static final double UNIT_RATIO = 1;

  private final @Nullable HistogramLogWriter writer;

  private HistogramLog(@Nullable HistogramLogWriter writer) {
    this.writer = writer;
  }

  /** The argument that makes a JVM write here. */
  public static String argument(Path file) {
    return "-D" + PROPERTY + "=" + file.toAbsolutePath();
  }

  /** The one that this JVM was told to write; nothing is written if it was told none. */
  static HistogramLog ofThisProcess() {
    String file = System.getProperty(PROPERTY);
    try {
      return new HistogramLog(
          // Appends, because each fork writes to the same file.
          file == null ? null : new HistogramLogWriter(new FileOutputStream(file, true)));
    } catch (FileNotFoundException e) {
      throw new IllegalStateException("cannot keep the histograms", e);
    }
  }

  void write(Histogram histogram) {
    if (writer != null) {
      writer.outputIntervalHistogram(0, 0, histogram, UNIT_RATIO);
    }
  }

  /**
   * What a file holds, all iterations with the same tag in one histogram.
   *
   * @return nothing if there is no such file
   */
  public static Map<String, Histogram> read(Path file) throws IOException {
    Map<String, Histogram> byTag = new TreeMap<>();
    if (!Files.exists(file)) {
      return byTag;
    }
    try (HistogramLogReader reader = new HistogramLogReader(file.toFile())) {
      while (reader.nextIntervalHistogram() instanceof Histogram iteration) {
        byTag.merge(iteration.getTag(), iteration, HistogramLog::sum);
      }
    }
    return byTag;
  }

  private static Histogram sum(Histogram some, Histogram more) {
    some.setAutoResize(true);
    some.add(more);
    return some;
  }
}
