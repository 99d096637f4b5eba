package dev.strait.benchmarks.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Where a recording found the threads running, as rows of tables. */
final class Samples {
  private static final int PLACES = 25;

  private Samples() {}

  static void print(PrintStream out, String side, Path recording) throws IOException {
    Map<String, Integer> owners = new HashMap<>();
    Map<String, Integer> places = new HashMap<>();
    int all = 0;
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (!event.getEventType().getName().equals("jdk.ExecutionSample")) {
          continue;
        }
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        CodePlace place = CodePlace.of(event.getStackTrace());
        if (place.owner().equals("benchmark")) {
          continue;
        }
        owners.merge(place.owner(), 1, Integer::sum);
        places.merge(
            place.owner()
                + " | `"
                + place.place()
                + "` | `"
                + CodePlace.place(frames.get(0).getMethod())
                + "`",
            1,
            Integer::sum);
        all++;
      }
    }
    out.printf(Locale.ROOT, "%s: %d samples of Java code%n", side, all);
    printShares(out, side, owners, all);
    printShares(out, side, places, all);
  }

  private static void printShares(
      PrintStream out, String side, Map<String, Integer> counts, double all) {
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .limit(PLACES)
        .forEach(
            count ->
                out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.1f %% |%n",
                    side,
                    count.getKey(),
                    100 * count.getValue() / all));
  }
}
