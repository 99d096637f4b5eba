package dev.strait.examples.demo;

import dev.strait.transport.IpcAddress;
import dev.strait.transport.TransportProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The demo: starts the processes, prints what they say, and checks that nothing is missing. */
final class Demo {
  private final Transcript transcript = new Transcript();
  private final EndpointKind kind;
  private final Effort effort;

  private Demo(EndpointKind kind, Effort effort) {
    this.kind = kind;
    this.effort = effort;
  }

  /** Whether everything was shown, and nothing is left behind. */
  static boolean run(EndpointKind kind, Effort effort) {
    try (Scope scope = Scope.closedOnExit()) {
      return new Demo(kind, effort).runIn(scope);
    }
  }

  private boolean runIn(Scope scope) {
    try {
      run(scope);
      return true;
    } catch (Exception e) {
      // Whoever interrupts the demo knows why its processes die.
      if (!scope.isInterrupted()) {
        System.err.println("demo: " + e.getMessage());
      }
      return false;
    }
  }

  private void run(Scope scope) throws Exception {
    Workspace workspace = scope.open(Workspace::create);
    Promises.make(transcript, kind, workspace.ownerUid());
    Pair strait = Pair.start(Contender.STRAIT, kind, workspace, scope);
    List<Pair> pairs = new ArrayList<>(List.of(strait));
    showCalls(strait);
    showPeers(strait);

    // Netty unpacks its native code for that.
    Optional<String> noEpoll = scope.runToItsEnd(NettyUnix::whyNot);
    if (noEpoll.isEmpty()) {
      pairs.add(Pair.start(Contender.GRPC_DIRECT, EndpointKind.UNIX, workspace, scope));
      pairs.add(Pair.start(Contender.GRPC, EndpointKind.UNIX, workspace, scope));
    }
    transcript.print("");
    transcript.print(
        "A unary call with 64 bytes each way: %d rounds of %d ms in turns, %d cores, JDK %s"
            .formatted(
                effort.rounds(),
                effort.roundMillis(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version")));
    if (kind != EndpointKind.UNIX) {
      transcript.print("  Strait over %s:, gRPC-Java over a Unix socket".formatted(kind));
    }
    Table.of(new Race(pairs, effort).run()).forEach(transcript::print);
    noEpoll.ifPresent(
        why -> transcript.print("  gRPC-Java over a Unix socket was not measured: " + why));

    scope.close();
    showNothingIsLeft(workspace, pairs);
    check();
  }

  private void showCalls(Pair strait) throws Exception {
    transcript.print("Two processes");
    transcript.print("  server   pid %d at %s".formatted(strait.server().pid(), strait.address()));
    transcript.print("  client   pid %d".formatted(strait.client().pid()));
    transcript.print("");
    transcript.print("Four kinds of call");
    strait.client().tell("greet");
    for (int kinds = 0; kinds < 4; kinds++) {
      transcript.print("  " + strait.client().next());
    }
  }

  private void showPeers(Pair strait) throws Exception {
    boolean identified = TransportProvider.builtIn().identifiesPeers(strait.address());
    transcript.print("");
    transcript.print(
        "Who is at the other end"
            + (identified
                ? ", as the kernel says"
                : ": named pipes do not say, so no policy can be set"));
    transcript.print("  the server saw the client as   " + strait.server().next(Saw.START));
    transcript.print("  the client saw the server as   " + strait.client().next(Saw.START));
    if (!identified) {
      transcript.print("  their directory keeps others out: " + access(strait.address()));
    }
  }

  /** Who may enter the directory of the pipes. */
  private static String access(IpcAddress pipes) throws IOException {
    Path directory = Path.of(pipes.name());
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    return mode + " uid=" + Files.getAttribute(directory, "unix:uid");
  }

  private void showNothingIsLeft(Workspace workspace, List<Pair> pairs) {
    boolean processes =
        pairs.stream().anyMatch(pair -> pair.server().isAlive() || pair.client().isAlive());
    boolean files = Files.exists(workspace.directory());
    transcript.print("");
    transcript.print(
        "Left behind: %s, %s"
            .formatted(processes ? "processes" : "no process", files ? "files" : "no file"));
  }

  private void check() {
    List<Pattern> missing = transcript.missing();
    if (!missing.isEmpty()) {
      throw new IllegalStateException("there is no line like " + missing);
    }
  }
}
