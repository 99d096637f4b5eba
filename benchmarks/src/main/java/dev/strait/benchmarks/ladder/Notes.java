package dev.strait.benchmarks.ladder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was written by hand about rows that fall short: where the time goes, and what was tried.
 *
 * @param directory has a file for each of them, as in {@code P1.md}
 */
record Notes(Path directory) {
  /** About these, in Markdown. */
  List<String> about(Set<String> ids) throws IOException {
    List<String> text = new ArrayList<>();
    for (String id : ids) {
      text.addAll(List.of("### " + id, ""));
      text.addAll(
          of(id)
              .map(String::lines)
              .map(lines -> lines.toList())
              .orElse(List.of("No note yet: `docs/benchmarks/notes/" + id + ".md`.")));
      text.add("");
    }
    return text;
  }

  private Optional<String> of(String id) throws IOException {
    Path file = directory.resolve(id + ".md");
    return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
  }
}
