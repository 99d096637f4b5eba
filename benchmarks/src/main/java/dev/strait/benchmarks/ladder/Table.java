package dev.strait.benchmarks.ladder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Lines of text in columns, for a terminal or as Markdown. */
final class Table {
  private final List<String> header;
  private final List<List<String>> lines = new ArrayList<>();

  Table(String... header) {
    this.header = List.of(header);
  }

  void add(String... cells) {
    lines.add(List.of(cells));
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  List<String> plain() {
    int[] widths =
        IntStream.range(0, header.size())
            .map(
                column ->
                    withHeader().stream().mapToInt(l -> l.get(column).length()).max().orElse(0))
            .toArray();
    return withHeader().stream().map(line -> pad(line, widths).stripTrailing()).toList();
  }

  List<String> markdown() {
    List<String> text = new ArrayList<>(lines.stream().map(Table::markdown).toList());
    text.add(0, markdown(header));
    text.add(1, "|" + "---|".repeat(header.size()));
    return text;
  }

  private List<List<String>> withHeader() {
    List<List<String>> all = new ArrayList<>(lines);
    all.add(0, header);
    return all;
  }

  private static String pad(List<String> line, int[] widths) {
    return IntStream.range(0, widths.length)
        .mapToObj(i -> line.get(i) + " ".repeat(widths[i] - line.get(i).length()))
        .collect(Collectors.joining("  "));
  }

  private static String markdown(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }
}
