package dev.strait.examples.demo;

import dev.strait.transport.IpcAddress;
import java.nio.file.Path;
import java.util.Locale;

/** A contender's two processes. */
record Pair(Contender contender, IpcAddress address, Child server, Child client) {
  static Pair start(Contender contender, EndpointKind kind, Workspace workspace, Scope scope)
      throws Exception {
    String name = contender.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Path directory = workspace.directory();
    IpcAddress address = kind.address(directory, name);
    String[] args = {contender.name(), address.toString()};
    Child server =
        scope.open(() -> Child.start(name + " server", directory, DemoServer.class, args));
    server.next("ready");
    Child client =
        scope.open(() -> Child.start(name + " client", directory, DemoClient.class, args));
    client.next("ready");
    return new Pair(contender, address, server, client);
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
