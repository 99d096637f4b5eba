package dev.strait.rpc;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs one method of a test class in a process of its own: {@code class method}. */
final class TestMain {
  /** Begins the last line, before how many failed. */
  static final String FAILED = "failed=";

  private TestMain() {}

  public static void main(String[] arguments) {
    String method = arguments[1];
    PostDiscoveryFilter onlyThat =
        test ->
            test.getSource().orElse(null) instanceof MethodSource source
                    && !source.getMethodName().equals(method)
                ? FilterResult.excluded("another")
                : FilterResult.included("that one");
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(arguments[0]))
            .filters(onlyThat)
            .configurationParameter("junit.jupiter.execution.timeout.default", "20 s")
            .configurationParameter(
                "junit.jupiter.execution.timeout.thread.mode.default", "separate_thread")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 5);
    System.out.println("run=" + summary.getTestsStartedCount());
    System.out.println(FAILED + summary.getTotalFailureCount());
    Runtime.getRuntime().halt(0);
  }
}
