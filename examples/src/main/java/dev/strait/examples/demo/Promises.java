package dev.strait.examples.demo;

import java.util.regex.Pattern;

/** The lines without which the demo has failed. */
final class Promises {
  private static final String NUMBERS = "( +[0-9.,]+(/s| us|x)){4}";

  private Promises() {}

  static void make(Transcript transcript, EndpointKind kind, long uid) {
    transcript.promise("  server   pid \\d+ at " + kind + ":/.*");
    transcript.promise("  client   pid \\d+");
    transcript.promise("  unary +Ada +-> Hello Ada");
    transcript.promise("  server streaming +Ada +-> Hello Ada, Bonjour Ada, Hallo Ada");
    transcript.promise("  client streaming +Ada, Grace +-> Hello Ada and Grace");
    transcript.promise("  bidirectional streaming +Ada, Grace +-> Hello Ada, Hello Grace");
    String peer = "uid=" + uid + " gid=\\d+ pid=(\\d+|unknown)";
    if (kind == EndpointKind.PIPE) {
      peer = Saw.NOBODY;
      transcript.promise("  their directory keeps others out: rwx------ uid=" + uid);
    }
    transcript.promise("  the server saw the client as   " + peer);
    transcript.promise("  the client saw the server as   " + peer);
    for (Contender contender : Contender.values()) {
      promiseNumbers(transcript, contender);
    }
    transcript.promise("Left behind: no process, no file");
  }

  private static void promiseNumbers(Transcript transcript, Contender contender) {
    String label = Pattern.quote(contender.label());
    String notMeasured = "  gRPC-Java over a Unix socket was not measured: .*";
    if (contender == Contender.STRAIT) {
      transcript.promise("  " + label + NUMBERS);
    } else {
      transcript.promise("  " + label + NUMBERS + "|" + notMeasured);
      transcript.promise("  Strait : " + label + NUMBERS + "|" + notMeasured);
    }
  }
}
