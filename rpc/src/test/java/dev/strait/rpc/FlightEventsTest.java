package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.ChildProcess;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own: once a recording was made, a process has the recorder. */
final class FlightEventsTest {
  private static final String EVENT = FlightEvents.class.getName() + "$";
  private static final String RECORDER = "jdk.jfr.internal.";

  @TempDir Path directory;

  @Test
  void withoutARecordingNeitherEventsNorTheRecorderAreLoaded() throws Exception {
    List<String> loaded = loadedByACall(List.of());

    assertFalse(loaded.stream().anyMatch(line -> line.contains(EVENT)));
    assertFalse(loaded.stream().anyMatch(line -> line.contains(RECORDER)));
  }

  @Test
  void whileThereIsARecordingTheyAre() throws Exception {
    List<String> loaded = loadedByACall(List.of("-XX:StartFlightRecording", "-Xlog:jfr*=off"));

    assertTrue(loaded.stream().anyMatch(line -> line.contains(EVENT + "Connect")));
    assertTrue(loaded.stream().anyMatch(line -> line.contains(RECORDER)));
  }

  @Test
  void aRuntimeWithoutTheRecorderMakesCalls() throws Exception {
    loadedByACall(List.of("--limit-modules", "java.logging,java.management,jdk.unsupported"));
  }

  private List<String> loadedByACall(List<String> flags) throws Exception {
    Path loaded = directory.resolve("loaded");
    List<String> all = new ArrayList<>(flags);
    all.add("-Xlog:class+load:file=" + loaded);
    try (ChildProcess process =
        ChildProcess.startWithFlags(
            List.of(), all, System.getProperty("java.class.path"), Main.class)) {
      String line = process.readLine();
      // The recorder says that it has started.
      while (!line.startsWith(Main.ENDED) && !line.equals("null")) {
        line = process.readLine();
      }
      assertEquals(Main.ENDED + Status.Code.OK, line);
    }
    return Files.readAllLines(loaded);
  }

  /** Makes one call. */
  static final class Main {
    static final String ENDED = "ended: ";

    private Main() {}

    public static void main(String[] arguments) throws Exception {
      IpcAddress address = IpcAddress.of("memory:seen");
      Server server =
          TestBuilders.server(address)
              .addService(Raw.service(Raw.UNARY, Raw.echo()))
              .build()
              .start();
      ManagedChannel channel = TestBuilders.channel(address).build();
      Status status = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();
      channel.shutdownNow();
      server.shutdownNow();
      System.out.println(ENDED + status.getCode());
    }
  }
}
