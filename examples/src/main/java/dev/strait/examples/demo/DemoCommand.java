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

  @Override
  public Integer call() {
    return Demo.run(quick ? Effort.QUICK : Effort.FULL) ? 0 : 1;
  }
}
