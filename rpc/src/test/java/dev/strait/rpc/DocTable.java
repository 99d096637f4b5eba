package dev.strait.rpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A table of a document: what it says is what is tested. */
record DocTable(List<String> columns, List<List<String>> rows) {
  static final Path SPEC = Path.of("..", "SPEC.md");

  /** The table whose header begins with these columns. */
  static DocTable startingWith(Path document, String header) {
    List<String> lines = read(document);
    int at = 0;
    while (!lines.get(at).startsWith(header)) {
      at++;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int row = at + 2; row < lines.size() && lines.get(row).startsWith("|"); row++) {
      rows.add(cells(lines.get(row)));
    }
    return new DocTable(cells(lines.get(at)), rows);
  }

  /** What the table says about a row, in a column. */
  String cell(String row, String column) {
    for (List<String> cells : rows) {
      if (cells.get(0).equals(row)) {
        return cells.get(columns.indexOf(column));
      }
    }
    throw new AssertionError("there is no row " + row);
  }

  private static List<String> cells(String line) {
    String[] between = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
    return List.of(between).stream().map(String::strip).toList();
  }

  private static List<String> read(Path document) {
    try {
      return Files.readAllLines(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
