package dev.strait.benchmarks.profile;

import dev.strait.benchmarks.calls.Contender;
import dev.strait.benchmarks.proto.EchoGrpc;
import dev.strait.benchmarks.proto.Payload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import jdk.management.jfr.FlightRecorderMXBean;

/**
 * Prints what a warm unary call allocates on each side, by class, size and place, and where its
 * time goes while it is not in the kernel, from flight recordings of both processes.
 *
 * <p>{@code samples} are of Java code. As for {@code allocations}, a recording shows one object per
 * thread-local buffer of the heap, the one that did not fit. Small buffers make it many. Since all
 * calls allocate the same, the same objects could be the ones that do not fit again and again; so a
 * large call is made now and then, whose payload is of random size, and objects that large are left
 * out.
 *
 * <pre>
 * JAVA_TOOL_OPTIONS='-XX:-ResizeTLAB -XX:TLABSize=64k' \
 *     java -cp 'benchmarks/target/fast/classes:benchmarks/target/fast/lib/*' \
 *     dev.strait.benchmarks.CallProfile allocations strait closed 1500000
 * </pre>
 */
final class CallProfile {
  private static final int WARM_UP_CALLS = 600_000;
  private static final int CALLS_PER_LARGE_ONE = 16;

  /** Larger than any object of an ordinary call. */
  static final int LARGE_BYTES = 2048;

  private static final Map<String, String> ALLOCATIONS =
      Map.of(
          "jdk.ObjectAllocationInNewTLAB#enabled", "true",
          "jdk.ObjectAllocationInNewTLAB#stackTrace", "true");

  private static final Map<String, String> SAMPLES =
      Map.of(
          "jdk.ExecutionSample#enabled", "true",
          "jdk.ExecutionSample#period", "1 ms");

  private CallProfile() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    run(
        Question.valueOf(args[0].toUpperCase(Locale.ROOT)),
        Contender.named(args[1]),
        CallPattern.named(args[2]),
        WARM_UP_CALLS,
        Integer.parseInt(args[3]),
        System.out);
  }

  /** What is asked. */
  enum Question {
    ALLOCATIONS,
    SAMPLES
  }

  static void run(
      Question question,
      Contender contender,
      CallPattern pattern,
      int warmUpCalls,
      int calls,
      PrintStream out)
      throws IOException, InterruptedException {
    try (CallPair pair = CallPair.start(contender)) {
      pair.warmUp(pattern, warmUpCalls);
      switch (question) {
        case ALLOCATIONS -> printAllocations(pair, calls, out);
        case SAMPLES -> printSamples(pair, pattern, calls, out);
      }
    }
  }

  private static void printAllocations(CallPair pair, int calls, PrintStream out)
      throws IOException, InterruptedException {
    CallSide.Look client = pair.client().look();
    CallSide.Look server = pair.server().look();
    pair.run(() -> closed(pair, calls, false));
    double clientBytes = pair.client().look().since(client).allocatedBytes();
    double serverBytes = pair.server().look().since(server).allocatedBytes();
    try (Recordings recordings = new Recordings(pair, ALLOCATIONS)) {
      pair.run(() -> closed(pair, calls, true));
      Allocations.print(out, "client", recordings.stopClient(), clientBytes / calls);
      Allocations.print(out, "server", recordings.stopServer(), serverBytes / calls);
    }
  }

  private static void printSamples(CallPair pair, CallPattern pattern, int calls, PrintStream out)
      throws IOException, InterruptedException {
    try (Recordings recordings = new Recordings(pair, SAMPLES)) {
      pair.run(pattern, calls);
      Samples.print(out, "client", recordings.stopClient());
      Samples.print(out, "server", recordings.stopServer());
    }
  }

  private static void closed(CallPair pair, int calls, boolean largeToo) {
    SplittableRandom random = new SplittableRandom(1);
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(pair.channel());
    Payload small = CallPair.payload(64);
    Payload[] large = new Payload[64];
    for (int i = 0; i < large.length; i++) {
      large[i] = CallPair.payload(LARGE_BYTES + random.nextInt(3 * LARGE_BYTES));
    }
    for (int i = 0; i < calls; i++) {
      stub.echo(small);
      if (largeToo && random.nextInt(CALLS_PER_LARGE_ONE) == 0) {
        stub.echo(large[random.nextInt(large.length)]);
      }
    }
  }

  /** A recording of each side, from now on. */
  private static final class Recordings implements AutoCloseable {
    private final FlightRecorderMXBean client;
    private final FlightRecorderMXBean server;
    private final long clientId;
    private final long serverId;
    private final Path directory = Files.createTempDirectory("strait-profile");

    Recordings(CallPair pair, Map<String, String> settings) throws IOException {
      client = pair.client().recorder();
      server = pair.server().recorder();
      clientId = start(client, settings);
      serverId = start(server, settings);
    }

    private static long start(FlightRecorderMXBean recorder, Map<String, String> settings) {
      long id = recorder.newRecording();
      recorder.setRecordingSettings(id, settings);
      recorder.startRecording(id);
      return id;
    }

    Path stopClient() throws IOException {
      return stop(client, clientId, "client.jfr");
    }

    Path stopServer() throws IOException {
      return stop(server, serverId, "server.jfr");
    }

    private Path stop(FlightRecorderMXBean recorder, long id, String name) throws IOException {
      Path file = directory.resolve(name);
      recorder.stopRecording(id);
      recorder.copyTo(id, file.toString());
      recorder.closeRecording(id);
      return file;
    }

    @Override
    public void close() throws IOException {
      Files.deleteIfExists(directory.resolve("client.jfr"));
      Files.deleteIfExists(directory.resolve("server.jfr"));
      Files.delete(directory);
    }
  }
}
