package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.server.Figures;
import dev.strait.benchmarks.server.Footprint;
import dev.strait.benchmarks.server.ServerProcess;
import dev.strait.benchmarks.server.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Many connections to one server over which nothing goes any more: how many there are after a call
 * over each of them, and what they cost the server. The clients are ordinary channels, in as few
 * processes as hold 1,000 each. The score is how long it took to open them all.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(1)
public class IdleConnectionsBenchmark {
  public static final String SERVED = "connections.served";
  public static final String HEAP = "server.heap.per.connection";
  public static final String THREADS = "server.threads";
  public static final String CPU = "server.cpu.idle";

  private static final int CHANNELS_PER_PROCESS = 1_000;
  private static final int SETTLE_SECONDS = 3;
  private static final int IDLE_SECONDS = 10;

  /** Who is measured: a {@link Contender}, but none that is in this process. */
  @Param({"strait", "grpc-direct", "grpc-default"})
  public String transport = "";

  /** How many connections are opened. */
  @Param("10000")
  public int connections;

  private final List<ServerProcess> clients = new ArrayList<>();
  private @Nullable ServerProcess server;
  private @Nullable Footprint before;
  private int served;

  /** Starts the server, and lets it serve one client that goes again. */
  @Setup
  public void start() throws IOException {
    List<String> args = new ArrayList<>(List.of(transport));
    args.addAll(new Demands(0, connections).encode());
    server = ServerProcess.start(CallServer.class, args.toArray(String[]::new));
    connect(1).close();
    before = server.footprint();
  }

  /** Opens the connections, until there are enough or one is not served. */
  @Benchmark
  public void open() throws IOException {
    String outcome = "";
    while (served < connections && outcome.isEmpty()) {
      int wanted = Math.min(CHANNELS_PER_PROCESS, connections - served);
      ServerProcess process = connect(wanted);
      clients.add(process);
      String[] said = process.address().split(" ", 2);
      served += Integer.parseInt(said[0]);
      outcome = said.length == 1 ? "" : said[1];
    }
    if (!outcome.isEmpty()) {
      System.out.printf("%n%d of %d were served; then %s%n", served, connections, outcome);
    }
  }

  /** Looks at the server while nothing happens. */
  @TearDown(Level.Iteration)
  public void measure() throws InterruptedException {
    ServerProcess process = Objects.requireNonNull(server);
    Footprint after = process.footprint();
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    Usage start = process.usage();
    TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    Usage idle = process.usage().minus(start);
    long heap = after.heapBytes() - Objects.requireNonNull(before).heapBytes();
    Figures.report(SERVED, served, "connections");
    Figures.report(HEAP, heap / 1024.0 / Math.max(1, served), "KiB");
    Figures.report(THREADS, after.threads(), "threads");
    Figures.report(CPU, idle.cpuNanos() / 1e6 / IDLE_SECONDS, "ms/s");
  }

  /** Ends all processes. */
  @TearDown
  public void stop() {
    clients.forEach(ServerProcess::close);
    if (server != null) {
      server.close();
    }
  }

  private ServerProcess connect(int channels) throws IOException {
    return ServerProcess.start(
        IdleClients.class,
        transport,
        Objects.requireNonNull(server).address(),
        Integer.toString(channels));
  }
}
