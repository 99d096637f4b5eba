package dev.strait.benchmarks.calls;

import dev.strait.benchmarks.server.SameJava;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first unary call of a fresh client JVM to a server that is up: milliseconds from the start of
 * the client's process until it says that it has its answer.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 20)
@Fork(1)
public class FirstCallBenchmark {
  private @Nullable Process client;

  /** A process that starts, calls and is answered. */
  @Benchmark
  public void startAndCall(Client server) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            SameJava.command(FirstCall.class, server.transport, server.serverAddress()));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    client = builder.start();
    String said = client.inputReader().readLine();
    if (!FirstCall.ANSWERED.equals(said)) {
      throw new IOException("the client of " + server.transport + " said " + said);
    }
  }

  /** Its end does not count. */
  @TearDown(Level.Invocation)
  public void awaitEnd() throws InterruptedException {
    if (client != null) {
      client.destroy();
      client.waitFor();
    }
  }
}
