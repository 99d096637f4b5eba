package dev.strait.benchmarks.profile;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording's allocations as rows of a table. */
final class Allocations {
  private static final double FEWER_IS_NOISE = 0.03;

  private record Kind(String type, long bytes, CodePlace place) {}

  private Allocations() {}

  /**
   * @param bytesPerCall what was measured; the recording only tells how it is made up
   */
  static void print(PrintStream out, String side, Path recording, double bytesPerCall)
      throws IOException {
    Map<Kind, Integer> kinds = new HashMap<>();
    Map<String, Integer> owners = new HashMap<>();
    int all = 0;
    try (RecordingFile events = new RecordingFile(recording)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (!event.hasField("allocationSize")) {
          continue; // Strait has events of its own.
        }
        long bytes = event.getLong("allocationSize");
        CodePlace place = CodePlace.of(event.getStackTrace());
        if (bytes < CallProfile.LARGE_BYTES && isOfCalls(event, place)) {
          kinds.merge(
              new Kind(simple(event.getClass("objectClass").getName()), bytes, place),
              1,
              Integer::sum);
          owners.merge(place.owner(), 1, Integer::sum);
          all++;
        }
      }
    }
    double bytesPerSample = bytesPerCall / Math.max(1, all);
    out.printf(Locale.ROOT, "%s: %.0f B per call; %d samples%n", side, bytesPerCall, all);
    kinds.entrySet().stream()
        .sorted(Map.Entry.<Kind, Integer>comparingByValue(Comparator.reverseOrder()))
        .forEach(kind -> printRow(out, side, kind.getKey(), kind.getValue() * bytesPerSample));
    owners.forEach(
        (owner, samples) ->
            out.printf(Locale.ROOT, "| %s | %s | %.0f |%n", side, owner, samples * bytesPerSample));
  }

  private static void printRow(PrintStream out, String side, Kind kind, double bytes) {
    double objects = bytes / kind.bytes;
    if (objects >= FEWER_IS_NOISE) {
      out.printf(
          Locale.ROOT,
          "| %s | `%s` | %d | %.2f | %.0f | %s | `%s` |%n",
          side,
          kind.type,
          kind.bytes,
          objects,
          bytes,
          kind.place.owner(),
          kind.place.place());
    }
  }

  private static boolean isOfCalls(RecordedEvent event, CodePlace place) {
    String thread =
        event.getThread() == null ? "" : String.valueOf(event.getThread().getJavaName());
    boolean measures =
        thread.equals("main")
            || thread.startsWith("RMI ")
            || thread.startsWith("JMX ")
            || thread.startsWith("JFR ")
            || thread.startsWith("Attach ");
    return !measures && !place.owner().equals("benchmark");
  }

  private static String simple(String type) {
    int dimensions = type.lastIndexOf('[') + 1;
    String element = type.substring(dimensions);
    if (dimensions > 0) {
      element =
          switch (element) {
            case "B" -> "byte";
            case "C" -> "char";
            case "I" -> "int";
            case "J" -> "long";
            default -> element.substring(1).replace(";", "");
          };
    }
    return element.substring(element.lastIndexOf('.') + 1) + "[]".repeat(dimensions);
  }
}
