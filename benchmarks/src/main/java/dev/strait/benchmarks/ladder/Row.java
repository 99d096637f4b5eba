package dev.strait.benchmarks.ladder;

/** A line of the table: what a target demands and what came of it, as text. */
record Row(
    String id,
    String work,
    String strait,
    String rival,
    String ratio,
    String target,
    String verdict) {
  static final String MET = "met";
  static final String MISSED = "NOT met";
  static final String NOT_MEASURED = "not measured: ";
}
