package dev.strait.benchmarks.server;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to start another JVM like this one. */
public final class SameJava {
  // The other flags are JMH's and would not suit a server.
  private static final List<String> INHERITED =
      List.of("--", "-Djava.io.tmpdir=", "-XX:TieredStopAtLevel=");

  private SameJava() {}

  /** The command that runs {@code main} with the same java and class path. */
  public static List<String> command(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> INHERITED.stream().anyMatch(flag::startsWith))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return command;
  }
}
