package dev.strait.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the demo printed, and what it had promised to print. */
final class Transcript {
  private final List<String> printed = new ArrayList<>();
  private final List<Pattern> promised = new ArrayList<>();

  /** Some line will be like this, from its start to its end. */
  void promise(String regex) {
    promised.add(Pattern.compile(regex));
  }

  void print(String line) {
    System.out.println(line);
    printed.add(line);
  }

  /** The promises that no line kept. */
  List<Pattern> missing() {
    return promised.stream()
        .filter(regex -> printed.stream().noneMatch(line -> regex.matcher(line).matches()))
        .toList();
  }
}
