package dev.strait.benchmarks.ladder;

import java.util.OptionalDouble;

/** What was measured. */
@FunctionalInterface
interface Results {
  /** Nothing if the case was not run, or has no such measure. */
  OptionalDouble of(Case which, Measure measure);
}
