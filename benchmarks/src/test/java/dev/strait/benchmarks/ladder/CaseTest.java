package dev.strait.benchmarks.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class CaseTest {
  @Test
  void isNamedAfterClassMethodParametersAndThreads() {
    Case what =
        Case.of("dev.strait.XBenchmark.call", Map.of("transport", "strait", "bytes", "64"), 8);
    assertEquals("XBenchmark.call bytes=64 transport=strait threads=8", what.toString());
    assertEquals("XBenchmark.call_bytes=64_transport=strait_threads=8", what.fileName());
    assertEquals("strait", what.contender());
  }

  @Test
  void differsByThreads() {
    assertNotEquals(Targets.threads("strait", 8), Targets.threads("strait", 2));
    assertEquals(Targets.threads("strait"), Targets.threads("strait", 8));
  }
}
