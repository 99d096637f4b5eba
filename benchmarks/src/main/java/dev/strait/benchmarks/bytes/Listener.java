package dev.strait.benchmarks.bytes;

import java.io.IOException;

/** Serves the connections of one address, each on a daemon thread of its own. */
final class Listener {
  private Listener() {}

  /** Opens the server's end of a connection. */
  interface Opener {
    End open() throws IOException;
  }

  static void serve(Opener opener, Service service) {
    Thread thread = new Thread(() -> run(opener, service), "serve");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run(Opener opener, Service service) {
    try (End end = opener.open()) {
      Sink sink = service.answering(end::send);
      boolean more = true;
      while (more) {
        more = end.receive(sink);
      }
    } catch (IOException e) {
      // The client has gone, or the server was closed: both are how a benchmark ends.
    }
  }
}
