package dev.strait.compatibility.interop;

import static org.junit.Assert.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.junit.rules.TestRule;
import org.junit.rules.TestWatcher;
import org.junit.runner.Description;
import org.junit.runners.model.Statement;

/**
 * The rule of a class that none of its tests is skipped, as one whose assumption fails would be.
 */
final class NoneSkipped implements TestRule {
  private final Set<String> ended = new TreeSet<>();

  @Override
  public Statement apply(Statement tests, Description suite) {
    return new Statement() {
      @Override
      public void evaluate() throws Throwable {
        ended.clear();
        tests.evaluate();
        assertEquals("of " + suite + " only these ran: " + ended, suite.testCount(), ended.size());
      }
    };
  }

  /** The rule of each test. */
  TestRule each() {
    return new TestWatcher() {
      @Override
      protected void succeeded(Description test) {
        ended.add(test.getMethodName());
      }

      @Override
      protected void failed(Throwable e, Description test) {
        ended.add(test.getMethodName());
      }
    };
  }
}
