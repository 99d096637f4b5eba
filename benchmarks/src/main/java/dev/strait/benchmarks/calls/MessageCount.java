package dev.strait.benchmarks.calls;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The messages that came, beside the score, which counts bytes. */
@State(Scope.Thread)
@AuxCounters
public class MessageCount {
  /** JMH makes messages per second of it. */
  public long messages;
}
