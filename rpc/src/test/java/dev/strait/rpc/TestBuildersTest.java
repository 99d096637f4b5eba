package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.transport.WaitStrategy;
import dev.strait.transport.contract.TestRun;
import io.grpc.CallOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tests run as {@code .ci/combinations} says. */
final class TestBuildersTest {
  @RegisterExtension final Local local = Local.memory();

  @Test
  void theRunIsWhatItWasToldToBe() throws Exception {
    CompletableFuture<String> handler = new CompletableFuture<>();
    CompletableFuture<String> callback = new CompletableFuture<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      handler.complete(Thread.currentThread().getName());
                      return Raw.echo().startCall(call, headers);
                    })));
    RecordingListener<byte[]> listener =
        new RecordingListener<>() {
          @Override
          public void onMessage(byte[] message) {
            callback.complete(Thread.currentThread().getName());
            super.onMessage(message);
          }
        };
    var call = local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, new io.grpc.Metadata());
    call.request(2);
    call.sendMessage(new byte[1]);
    call.halfClose();
    assertTrue(listener.awaitClose().isOk());

    boolean spinning = System.getProperty("strait.tests.spinning").equals("on");
    boolean inline = System.getProperty("strait.tests.dispatch").equals("inline");
    int cores = Runtime.getRuntime().availableProcessors();
    WaitStrategy waits = TestRun.waitStrategy();
    String ranOn = inline ? "strait-reader" : TestRun.POOL;
    for (CompletableFuture<String> thread : List.of(handler, callback)) {
      String name = thread.get(15, TimeUnit.SECONDS);
      assertTrue(name.startsWith(ranOn), name);
    }
    assertEquals(spinning && cores > 1, waits.longestSpinNanos() > 0);
    assertEquals(Integer.getInteger("strait.tests.cores", cores), cores);
    // The report of all combinations quotes it.
    System.out.printf("this run: %s, %s, cores: %d%n", waits, ranOn, cores);
  }

  /** Those that do not would be left out of the combinations. */
  @Test
  void allTestsGetTheirBuildersHere() throws Exception {
    try (Stream<Path> files =
        Stream.concat(Files.walk(Path.of("src/test")), Files.walk(Path.of("../compatibility")))) {
      List<String> others =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> read(file).matches("(?s).*Ipc(Server|Channel)Builder\\s*\\.for.*"))
              .map(file -> file.getFileName().toString())
              .sorted()
              .toList();

      // The first is about the builders as they are.
      assertEquals(List.of("BuilderTableTest.java", "TestBuilders.java"), others);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
