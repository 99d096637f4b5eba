package dev.strait.rpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A table of SPEC.md: what it says is what is tested. */
record SpecTable(List<String> columns, List<List<String>> rows) {
  /** The table whose header begins with these columns. */
  static SpecTable startingWith(String header) {
    List<String> lines = read();
    int at = 0;
    while (!lines.get(at).startsWith(header)) {
      at++;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int row = at + 2; lines.get(row).startsWith("|"); row++) {
      rows.add(cells(lines.get(row)));
    }
    return new SpecTable(cells(lines.get(at)), rows);
  }

  /** What the table says about a row, in a column. */
  String cell(String row, String column) {
    for (List<String> cells : rows) {
      if (cells.get(0).equals(row)) {
        return cells.get(columns.indexOf(column));
      }
    }
    throw new AssertionError("SPEC.md has no row " + row);
  }

  private static List<String> cells(String line) {
    String[] between = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
    return List.of(between).stream().map(String::strip).toList();
  }

  private static List<String> read() {
    try {
      return Files.readAllLines(Path.of("..", "SPEC.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
