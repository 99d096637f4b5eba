package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.contract.Resources;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server takes its address, keeps it and gives it up: D3, D8 and X8 of the torture list. */
final class ServerAddressTest {
  @RegisterExtension final Local local = Local.unix();

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private long threads() {
    String name = local.address().toString();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains(name))
        .count();
  }

  @ParameterizedTest(name = "now: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("D3 a shutdown that races the start leaves nothing")
  void aShutdownThatRacesTheStartLeavesNothing(boolean now, TestReporter reporter)
      throws Exception {
    Resources.assumeDescriptorsCanBeCounted();
    Random random = new Random(3);
    race(10, now, random);
    Local.await("threads end", () -> threads() == 0);
    int before = Resources.descriptors();

    int started = race(150, now, random);

    Local.await("threads end", () -> threads() == 0);
    Local.await("descriptors are given back", () -> Resources.descriptors() <= before);
    reporter.publishEntry("rounds", "150, of which the start came through in " + started);
    local.serveEcho();
    assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(request("x")).getText());
  }

  private int race(int rounds, boolean now, Random random) throws Exception {
    int started = 0;
    for (int i = 0; i < rounds; i++) {
      Server server = TestBuilders.server(local.address()).addService(new EchoService()).build();
      CyclicBarrier together = new CyclicBarrier(2);
      int delay = random.nextInt(20_000);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread ending =
          new Thread(
              () -> {
                try {
                  together.await();
                  for (int k = 0; k < delay; k++) {
                    Thread.onSpinWait();
                  }
                  if (now) {
                    server.shutdownNow();
                  } else {
                    server.shutdown();
                  }
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });
      ending.start();
      together.await();
      try {
        server.start();
        started++;
      } catch (BindException e) {
        // The round before left something.
        throw e;
      } catch (IOException | IllegalStateException e) {
        assertTrue(e.getMessage().matches("(?i).*(closed|shutting down).*"), e.getMessage());
      }
      ending.join();
      assertEquals(null, thrown.get());
      assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
      assertFalse(Files.exists(Path.of(local.address().name())), "the socket is left");
    }
    return started;
  }

  @Test
  @DisplayName(
      "D8 an open call lives through the socket's deletion; a new channel connects after it")
  void anOpenCallLivesThroughTheDeletionOfTheSocket() throws Exception {
    local.serveEcho();
    Path socket = Path.of(local.address().name());
    BlockingQueue<Object> replies = new LinkedBlockingQueue<>();
    StreamObserver<EchoRequest> requests =
        EchoGrpc.newStub(local.channel())
            .bidiStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(EchoReply reply) {
                    replies.add(reply.getText());
                  }

                  @Override
                  public void onError(Throwable t) {
                    replies.add(Status.fromThrowable(t));
                  }

                  @Override
                  public void onCompleted() {
                    replies.add(Status.OK);
                  }
                });
    requests.onNext(request("before"));
    assertEquals("before", replies.poll(15, TimeUnit.SECONDS));

    Files.delete(socket);

    requests.onNext(request("without a socket"));
    assertEquals("without a socket", replies.poll(15, TimeUnit.SECONDS));
    // It waits until the server is to be found again.
    assertEquals(
        "new",
        EchoGrpc.newBlockingStub(local.channel())
            .withWaitForReady()
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .unary(request("new"))
            .getText());
    assertTrue(Files.exists(socket));
    requests.onNext(request("after"));
    assertEquals("after", replies.poll(15, TimeUnit.SECONDS));
    requests.onCompleted();
    assertEquals(Status.OK, replies.poll(15, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("X8 a target is taken as it is written: nothing in it is decoded")
  void aTargetIsTakenAsItIsWritten() throws Exception {
    Path directory = Path.of(local.address().name()).getParent();
    for (String name : new String[] {"a%2eb", "a%2fb", "a%00", "a?b=c#d", "a+b", "u@h:1"}) {
      IpcAddress address = IpcAddress.of("unix:" + directory + "/" + name);
      Server server = TestBuilders.server(address).addService(new EchoService()).build().start();
      ManagedChannel reached = channel("ipc://" + directory + "/" + name);
      ManagedChannel missed = channel("ipc://" + directory + "/" + name + "%20");
      try {
        assertEquals("x", EchoGrpc.newBlockingStub(reached).unary(request("x")).getText());
        Status.Code code = Status.Code.OK;
        try {
          EchoGrpc.newBlockingStub(missed).unary(request("x"));
        } catch (StatusRuntimeException e) {
          code = e.getStatus().getCode();
        }
        assertEquals(Status.Code.UNAVAILABLE, code);
      } finally {
        reached.shutdownNow();
        missed.shutdownNow();
        server.shutdownNow();
        assertTrue(server.awaitTermination(10, TimeUnit.SECONDS));
        Files.deleteIfExists(directory.resolve(name + ".lock"));
      }
    }
  }

  private static ManagedChannel channel(String target) {
    return TestBuilders.channel(target).build();
  }
}
