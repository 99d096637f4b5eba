package dev.strait.benchmarks.ladder;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import dev.strait.benchmarks.latency.HistogramLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** Where a run leaves what it finds, from which everything else is made. */
record RunDirectory(Path path) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  Path log() {
    return path.resolve("jmh.log");
  }

  /** Where a case keeps its latencies. */
  Path histograms(Case which) {
    return path.resolve("histograms").resolve(which.fileName() + ".hlog");
  }

  /** Makes the directories. */
  void create() throws IOException {
    Files.createDirectories(path.resolve("histograms"));
  }

  void write(RunInfo info) throws IOException {
    replace("run.json", GSON.toJson(info).getBytes(StandardCharsets.UTF_8));
  }

  void write(List<RunResult> results) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream json = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, json).writeOut(results);
    }
    replace("results.json", bytes.toByteArray());
  }

  void write(String file, byte[] content) throws IOException {
    replace(file, content);
  }

  void write(String file, List<String> lines) throws IOException {
    replace(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Whoever reads it sees all of a version, also after a run that was killed. */
  private void replace(String file, byte[] content) throws IOException {
    Path temporary = path.resolve(file + ".tmp");
    Files.write(temporary, content);
    Files.move(temporary, path.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  boolean hasResults() {
    return Files.exists(path.resolve("results.json"));
  }

  Run read() throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Outcome outcome : JmhJson.read(path.resolve("results.json"))) {
      outcomes.add(outcome.with(HistogramLog.read(histograms(outcome.what()))));
    }
    return new Run(readInfo(), outcomes);
  }

  private RunInfo readInfo() throws IOException {
    Path file = path.resolve("run.json");
    try {
      return GSON.fromJson(Files.readString(file), RunInfo.class);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (JsonParseException e) {
      throw new IOException(file + " does not describe a run: " + e.getMessage(), e);
    }
  }

  /** Deletes all of it. */
  void delete() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(path)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
