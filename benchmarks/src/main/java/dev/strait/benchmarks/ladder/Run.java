package dev.strait.benchmarks.ladder;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A ladder that has run, or a part of it. */
record Run(RunInfo info, List<Outcome> outcomes) implements Results {
  @Override
  public OptionalDouble of(Case which, Measure measure) {
    return outcome(which).map(measure::in).orElse(OptionalDouble.empty());
  }

  Optional<Outcome> outcome(Case which) {
    return outcomes.stream().filter(outcome -> outcome.what().equals(which)).findFirst();
  }
}
