package dev.strait.benchmarks.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What every server process does, whoever serves in it. It says {@value #READY} and its address on
 * standard output, answers {@value #USAGE} and {@value #FOOTPRINT} on standard input with a line of
 * its {@link Usage} or {@link Footprint}, and ends when standard input does. So it goes with the
 * process that started it even if that is killed.
 */
public final class ServerControl {
  static final String READY = "ready ";
  static final String USAGE = "usage";
  static final String FOOTPRINT = "footprint";

  private ServerControl() {}

  /** Begins to serve. */
  public interface Opener {
    /**
     * Opens the server.
     *
     * @param directory for its sockets, which goes when the process does
     */
    Served open(Path directory) throws Exception;
  }

  /**
   * A server that has begun.
   *
   * @param address where, as its clients understand it
   */
  public record Served(String address, AutoCloseable server) {}

  /** Serves until standard input ends, then ends the process. */
  public static void run(Opener opener) {
    int exitCode = 1;
    try {
      Path directory = Files.createTempDirectory("strait-benchmark");
      onExit(() -> delete(directory));
      serve(opener.open(directory));
      exitCode = 0;
    } catch (Exception e) {
      System.getLogger(ServerControl.class.getName()).log(Level.ERROR, "cannot serve", e);
    }
    // Whatever threads are left, this process must not outlive the one that started it.
    System.exit(exitCode);
  }

  private static void serve(Served served) throws Exception {
    System.out.println(READY + served.address());
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (@Nullable String line; (line = questions.readLine()) != null; ) {
      if (line.equals(USAGE)) {
        System.out.println(Usage.ofThisProcess().encode());
      } else if (line.equals(FOOTPRINT)) {
        System.out.println(Footprint.ofThisProcess().encode());
      }
    }
    served.server().close();
  }

  /** Ctrl-C reaches this process too, and must leave nothing either. */
  private static void onExit(Runnable cleanup) {
    Runtime.getRuntime().addShutdownHook(new Thread(cleanup, "cleanup"));
  }

  private static void delete(Path directory) {
    try {
      List<Path> deepestFirst;
      try (Stream<Path> files = Files.walk(directory)) {
        deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e);
    }
  }
}
