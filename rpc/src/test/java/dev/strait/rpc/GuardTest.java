package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.strait.transport.contract.ChildProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each guard is there: without it a test fails, with it that test passes. */
final class GuardTest {
  @TempDir Path directory;

  @Test
  void theTableHasEachGuardWithItsTest() {
    DocTable table = DocTable.startingWith(Path.of("../docs/guards.md"), "| guard |");
    assertEquals(
        Stream.of(Guard.values()).map(guard -> "`" + guard + "`").toList(),
        table.rows().stream().map(row -> row.get(0)).toList());
    for (Guard guard : Guard.values()) {
      String simpleName = guard.testClass.substring(guard.testClass.lastIndexOf('.') + 1);
      assertEquals(
          "`" + simpleName + "." + guard.testMethod + "`", table.cell("`" + guard + "`", "test"));
    }
  }

  /** One of them here, to see that the tool works. */
  @Test
  void theGuardOfFramesIsMissedWhenItIsSwitchedOff() throws Exception {
    aGuardThatIsSwitchedOffIsMissed(Guard.FRAME_BYTES);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("nightly")
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aGuardThatIsSwitchedOffIsMissed(Guard guard) throws Exception {
    String without = guard.switchedOff.compileTo(directory);

    assertEquals(0, failures(guard, System.getProperty("java.class.path")), "as it is");
    assertNotEquals(0, failures(guard, without), "switched off");
  }

  private static int failures(Guard guard, String classPath) throws Exception {
    // The tests of the other modules come from where the build has put them.
    String all =
        String.join(
            File.pathSeparator,
            classPath,
            "../transport/target/test-classes",
            "../framing/target/test-classes");
    try (ChildProcess child =
        ChildProcess.start(List.of(), all, TestMain.class, guard.testClass, guard.testMethod)) {
      StringBuilder output = new StringBuilder();
      for (String line = child.readLine(); !line.equals("null"); line = child.readLine()) {
        output.append(line).append('\n');
        if (line.equals("run=0")) {
          throw new AssertionError("there is no " + guard.testClass + "." + guard.testMethod);
        }
        if (line.startsWith(TestMain.FAILED)) {
          return Integer.parseInt(line.substring(TestMain.FAILED.length()));
        }
      }
      throw new AssertionError("the test ended early: " + output);
    }
  }
}
