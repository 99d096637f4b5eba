package dev.strait.examples.demo;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code strait} command. The script of that name at the root of the project starts it. */
@Command(name = "strait", subcommands = DemoCommand.class, mixinStandardHelpOptions = true)
public final class Strait {
  private Strait() {}

  /** Runs a command and exits with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Strait()).execute(args));
  }
}
