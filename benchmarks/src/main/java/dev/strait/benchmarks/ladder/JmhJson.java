package dev.strait.benchmarks.ladder;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A result file as JMH writes it, read again. */
final class JmhJson {
  private JmhJson() {}

  /**
   * What was run, in order, without histograms.
   *
   * @throws IOException if it cannot be read or is something else; the message names the file
   */
  static List<Outcome> read(Path file) throws IOException {
    try (Reader json = Files.newBufferedReader(file)) {
      List<Outcome> outcomes = new ArrayList<>();
      for (JsonElement run : JsonParser.parseReader(json).getAsJsonArray()) {
        outcomes.add(outcome(run.getAsJsonObject()));
      }
      return outcomes;
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException
        | MalformedInputException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IOException(file + " is not a result file of JMH: " + why, e);
    }
  }

  private static Outcome outcome(JsonObject run) {
    Map<String, String> params = new LinkedHashMap<>();
    if (run.has("params")) {
      run.getAsJsonObject("params")
          .entrySet()
          .forEach(param -> params.put(param.getKey(), param.getValue().getAsString()));
    }
    Map<String, Metric> others = new LinkedHashMap<>();
    member(run, "secondaryMetrics")
        .getAsJsonObject()
        .entrySet()
        .forEach(other -> others.put(other.getKey(), metric(other.getValue().getAsJsonObject())));
    return new Outcome(
        Case.of(member(run, "benchmark").getAsString(), params, member(run, "threads").getAsInt()),
        metric(member(run, "primaryMetric").getAsJsonObject()),
        others,
        Map.of());
  }

  private static Metric metric(JsonObject metric) {
    List<Double> iterations = new ArrayList<>();
    // Sampled metrics have a histogram of JMH's own instead.
    if (metric.has("rawData")) {
      for (JsonElement fork : metric.getAsJsonArray("rawData")) {
        fork.getAsJsonArray().forEach(iteration -> iterations.add(iteration.getAsDouble()));
      }
    }
    return new Metric(
        member(metric, "score").getAsDouble(),
        member(metric, "scoreError").getAsDouble(),
        member(metric, "scoreUnit").getAsString(),
        iterations);
  }

  private static JsonElement member(JsonObject object, String name) {
    JsonElement member = object.get(name);
    if (member == null) {
      throw new JsonParseException("it has no " + name);
    }
    return member;
  }
}
