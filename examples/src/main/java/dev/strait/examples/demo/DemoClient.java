package dev.strait.examples.demo;

import dev.strait.transport.IpcAddress;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The client process: carries out the commands that come on its standard input, one a line, prints
 * what came of each, and ends when its standard input does.
 */
final class DemoClient {
  private DemoClient() {}

  public static void main(String[] args) {
    try {
      carryOutCommands(Contender.valueOf(args[0]).channel(IpcAddress.of(args[1])).build());
      System.exit(0);
    } catch (IOException | InterruptedException | RuntimeException e) {
      System.err.println("demo: the %s client: %s".formatted(args[0], e));
      System.exit(1);
    }
  }

  private static void carryOutCommands(ManagedChannel channel)
      throws IOException, InterruptedException {
    System.out.println("ready");
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (@Nullable String command; (command = commands.readLine()) != null; ) {
      int space = command.indexOf(' ');
      String name = space < 0 ? command : command.substring(0, space);
      switch (name) {
        case "greet" -> FourCalls.make(channel);
        case "latency" ->
            System.out.println(
                UnaryLatency.measure(channel, Integer.parseInt(command.substring(space + 1)))
                    .encode());
        case "throughput" ->
            System.out.println(
                UnaryThroughput.measure(channel, Integer.parseInt(command.substring(space + 1))));
        default -> throw new IllegalArgumentException(command);
      }
    }
    channel.shutdownNow();
  }
}
