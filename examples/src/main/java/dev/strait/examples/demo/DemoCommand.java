package dev.strait.examples.demo;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Two processes, the four kinds of call, and what they cost beside gRPC-Java.")
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "Measure for a few seconds only: shows that it works, not what it costs.")
  private boolean quick;

  @Option(
      names = "--transport",
      defaultValue = "unix",
      paramLabel = "<kind>",
      description =
          "By what Strait's two processes reach each other: ${COMPLETION-CANDIDATES}."
              + " By default ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // Picocli sets it.
  private EndpointKind kind;

  @Override
  public Integer call() {
    return Demo.run(kind, quick ? Effort.QUICK : Effort.FULL) ? 0 : 1;
  }
}
