package dev.strait.benchmarks.bytes;

import dev.strait.benchmarks.server.ServerProcess;
import dev.strait.benchmarks.server.UsageMeter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A byte stream to a server in a process of its own, or in this one for {@code memory:}. */
@State(Scope.Benchmark)
public class Connection {
  /** Who is measured: a {@link Contender}. */
  @Param({
    "nio-spin",
    "nio-blocking",
    "junixsocket-spin",
    "junixsocket-blocking",
    "netty",
    "strait-unix",
    "strait-abstract",
    "strait-pipe",
    "strait-memory"
  })
  public String transport = "";

  private @Nullable AutoCloseable server;
  private @Nullable End end;
  private @Nullable UsageMeter meter;

  /** Starts the server and connects to it. */
  End connect(Service service) throws IOException {
    Contender contender = Contender.named(transport);
    String address;
    if (contender.inThisProcess()) {
      address = contender.address(Path.of(""));
      server = contender.serve(address, service);
      meter = new UsageMeter(null);
    } else {
      ServerProcess process = ServerProcess.start(ByteServer.class, transport, service.name());
      address = process.address();
      server = process;
      meter = new UsageMeter(process);
    }
    end = contender.connect(address);
    return end;
  }

  /** The iteration begins. */
  @Setup(Level.Iteration)
  public void startMeter() {
    Objects.requireNonNull(meter).start();
  }

  /** The iteration is over. */
  @TearDown(Level.Iteration)
  public void stopMeter() {
    Objects.requireNonNull(meter).stop();
  }

  /** Ends both sides. */
  @TearDown
  public void close() throws Exception {
    if (end != null) {
      end.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
