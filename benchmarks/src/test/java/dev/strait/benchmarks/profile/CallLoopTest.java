package dev.strait.benchmarks.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.benchmarks.calls.Contender;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The commands of docs/unary-call.md still work. What they print here means nothing. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CallLoopTest {
  private static final int CALLS = 300;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @TempDir Path directory;

  @Test
  void aCallIsCountedOnBothSides() throws Exception {
    countCalls(CallPattern.CLOSED);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  void aCallIsCountedWithEachPattern(CallPattern pattern) throws Exception {
    countCalls(pattern);
  }

  private void countCalls(CallPattern pattern) throws Exception {
    CallLoop.run(Contender.STRAIT, pattern, CALLS, CALLS, List.of(), out);
    String name = pattern.name().toLowerCase(Locale.ROOT);
    for (String side : List.of("client", "server")) {
      List<String> rows = rowsOf("| strait | " + name + " | " + side + " |", 10);
      assertEquals(1, rows.size(), printed());
      String[] fields = rows.get(0).split("\\|");
      double bytesPerCall = Double.parseDouble(fields[9].strip());
      assertTrue(bytesPerCall > 100, printed());
    }
  }

  @Test
  void aCommandSeesBothProcessesAndIsInterrupted() throws Exception {
    Path told = directory.resolve("told");
    String command =
        "sh -c 'trap \"echo $CLIENT $SERVER > "
            + told
            + "; exit\" INT; while :; do sleep 0.1; done'";
    CallLoop.run(Contender.STRAIT, CallPattern.CLOSED, CALLS, CALLS, List.of(command), out);
    String[] pids = Files.readString(told).strip().split(" ");
    assertEquals(Long.toString(ProcessHandle.current().pid()), pids[0]);
    assertEquals(2, pids.length);
  }

  @Test
  void allocationsAreRecordedOnBothSides() throws Exception {
    profile(CallProfile.Question.ALLOCATIONS);
    assertTrue(printed().contains("client: ") && printed().contains("server: "), printed());
  }

  @Test
  void samplesAreRecordedOnBothSides() throws Exception {
    profile(CallProfile.Question.SAMPLES);
    assertTrue(printed().contains("client: ") && printed().contains("server: "), printed());
  }

  private void profile(CallProfile.Question question) throws Exception {
    CallProfile.run(question, Contender.STRAIT, CallPattern.CLOSED, CALLS, CALLS, out);
  }

  private List<String> rowsOf(String start, int fields) {
    return printed()
        .lines()
        .filter(line -> line.startsWith(start) && line.split("\\|").length == fields)
        .toList();
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
