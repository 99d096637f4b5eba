package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.WaitStrategy;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An interrupt of an application's thread ends that thread's call and nothing else (L7). */
final class InterruptTest {
  @RegisterExtension final Local local = Local.unix();

  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);

  /** Waits on the latch if told to, without noticing its own cancellation. */
  private final class Waiting extends EchoService {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      if (request.getText().equals("wait")) {
        started.countDown();
        awaitUninterrupted(finish);
      }
      super.unary(request, replies);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptEndsThatCallOnlyAndIsStillSetAfterwards(boolean spinning) throws Exception {
    local.serve(b -> b.addService(new Waiting()));
    Connections connections = new Connections();
    ManagedChannel channel =
        local.channel(
            b ->
                b.peerPolicy(connections.counting())
                    .waitStrategy(spinning ? WaitStrategy.adaptive() : WaitStrategy.parking()));
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    stub.unary(request("warm"));
    CompletableFuture<Status> status = new CompletableFuture<>();
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                stub.unary(request("wait"));
                status.complete(Status.OK);
              } catch (StatusRuntimeException e) {
                status.complete(e.getStatus());
              }
              flag.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    assertTrue(started.await(15, TimeUnit.SECONDS));

    caller.interrupt();

    assertEquals(Status.Code.CANCELLED, status.get(15, TimeUnit.SECONDS).getCode());
    assertTrue(flag.get(15, TimeUnit.SECONDS), "the interrupt was swallowed");
    assertEquals("x", stub.unary(request("x")).getText());
    finish.countDown();
    assertEquals("y", stub.unary(request("y")).getText());
    assertEquals(1, connections.made());
  }

  @Test
  void aThreadThatIsInterruptedAlreadyFailsItsCallOnly() throws Exception {
    local.serveEcho();
    Connections connections = new Connections();
    ManagedChannel channel = local.channel(b -> b.peerPolicy(connections.counting()));
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    stub.unary(request("warm"));

    for (int i = 0; i < 100; i++) {
      Thread.currentThread().interrupt();
      try {
        stub.unary(request("x"));
      } catch (StatusRuntimeException e) {
        assertEquals(Status.Code.CANCELLED, e.getStatus().getCode());
      }
      assertTrue(Thread.interrupted(), "the interrupt was swallowed");
      assertEquals("y", stub.unary(request("y")).getText());
    }

    assertEquals(1, connections.made());
  }

  @Test
  void interruptsAtRandomNeverBreakACallOfAnotherThread() throws Exception {
    local.serveEcho();
    Connections connections = new Connections();
    ManagedChannel channel = local.channel(b -> b.peerPolicy(connections.counting()));
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    stub.unary(request("warm"));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger attempts = new AtomicInteger();
    AtomicInteger quietCalls = new AtomicInteger();
    CompletableFuture<Void> failure = new CompletableFuture<>();
    Thread hit =
        new Thread(
            () -> {
              while (!stop.get()) {
                attempts.incrementAndGet();
                try {
                  stub.unary(request("hit"));
                } catch (StatusRuntimeException e) {
                  if (e.getStatus().getCode() != Status.Code.CANCELLED) {
                    failure.completeExceptionally(e);
                  }
                }
                Thread.interrupted();
              }
            });
    List<Thread> quiet = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      quiet.add(
          new Thread(
              () -> {
                try {
                  while (!stop.get()) {
                    assertEquals("quiet", stub.unary(request("quiet")).getText());
                    quietCalls.incrementAndGet();
                  }
                } catch (RuntimeException | Error e) {
                  failure.completeExceptionally(e);
                }
              }));
    }
    hit.start();
    quiet.forEach(Thread::start);

    Random random = new Random(42);
    for (int i = 0; i < 200 && !failure.isDone(); i++) {
      int before = attempts.get();
      Local.await("the loop goes on", () -> attempts.get() > before || failure.isDone());
      for (int spin = random.nextInt(20_000); spin > 0; spin--) {
        Thread.onSpinWait();
      }
      hit.interrupt();
    }
    int before = quietCalls.get();
    Local.await("the others go on", () -> quietCalls.get() > before + 10 || failure.isDone());
    stop.set(true);
    hit.join(15_000);
    for (Thread thread : quiet) {
      thread.join(15_000);
    }

    failure.complete(null);
    failure.get();
    assertEquals(1, connections.made());
  }

  /** Counts a channel's connections: the gate sees each of them once. */
  private static final class Connections {
    private final AtomicInteger made = new AtomicInteger();

    PeerPolicy counting() {
      return PeerPolicy.matching("anybody", peer -> made.incrementAndGet() > 0);
    }

    int made() {
      return made.get();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        assertTrue(latch.await(15, TimeUnit.SECONDS));
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }
}
