package dev.strait.examples.demo;

import java.nio.file.Path;
import java.util.Locale;

/** A contender's two processes. */
record Pair(Contender contender, Path socket, Child server, Child client) {
  static Pair start(Contender contender, Workspace workspace, Scope scope) throws Exception {
    String name = contender.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Path socket = workspace.directory().resolve(name + ".sock");
    String[] args = {contender.name(), socket.toString()};
    Child server = scope.open(() -> Child.start(name + " server", DemoServer.class, args));
    server.next("ready");
    Child client = scope.open(() -> Child.start(name + " client", DemoClient.class, args));
    client.next("ready");
    return new Pair(contender, socket, server, client);
  }

  UnaryLatency latency(int millis) throws InterruptedException {
    client.tell("latency " + millis);
    return UnaryLatency.decode(client.next());
  }

  /** Calls per second with many in flight. */
  long throughput(int millis) throws InterruptedException {
    client.tell("throughput " + millis);
    return Long.parseLong(client.next());
  }
}
