package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of the builders that no other test is about. */
final class BuilderTest {
  @RegisterExtension final Local local = Local.unix();

  private final CompletableFuture<String> ranOn = new CompletableFuture<>();
  private final CompletableFuture<Deadline> deadline = new CompletableFuture<>();

  /** Tells the thread of a call, and its deadline. */
  private final class Telling extends EchoService {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      ranOn.complete(Thread.currentThread().getName());
      deadline.complete(Context.current().getDeadline());
      super.unary(request, replies);
    }
  }

  @Test
  void servicesMayBeAddedAsAList() throws Exception {
    local.serve(b -> b.addServices(List.of(new EchoService().bindService())));

    assertEquals(Status.Code.OK, call(local.channel()).getCode());
  }

  // Call executors

  @Test
  void theHandlerOfEachCallRunsWhereTheSupplierSays() throws Exception {
    local.serve(b -> b.addService(new Telling()).callExecutor(supplying(thread("chosen"))));

    assertEquals(Status.Code.OK, call(local.channel()).getCode());
    assertEquals("chosen", ranOn.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aSupplierThatSaysNothingLeavesTheHandlerWhereItIs() throws Exception {
    local.serve(
        b ->
            b.addService(new Telling())
                .executor(thread("of the server"))
                .callExecutor(supplying(null)));

    assertEquals(Status.Code.OK, call(local.channel()).getCode());
    assertEquals("of the server", ranOn.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aSupplierSeesTheMethodAndTheMetadata() throws Exception {
    CompletableFuture<String> asked = new CompletableFuture<>();
    local.serve(
        b ->
            b.addService(new Telling())
                .callExecutor(
                    new ServerCallExecutorSupplier() {
                      @Override
                      public <A, B> Executor getExecutor(ServerCall<A, B> call, Metadata headers) {
                        asked.complete(call.getMethodDescriptor().getFullMethodName());
                        assertNotNull(call.getAttributes().get(IpcAttributes.PEER_CREDENTIALS));
                        return null;
                      }
                    }));

    assertEquals(Status.Code.OK, call(local.channel()).getCode());
    assertEquals("strait.test.Echo/Unary", asked.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aSupplierThatThrowsEndsThatCall() throws Exception {
    local.serve(
        b ->
            b.addService(new Telling())
                .callExecutor(
                    new ServerCallExecutorSupplier() {
                      @Override
                      public <A, B> Executor getExecutor(ServerCall<A, B> call, Metadata headers) {
                        throw Status.ABORTED.withDescription("on purpose").asRuntimeException();
                      }
                    }));

    assertEquals(Status.Code.ABORTED, call(local.channel()).getCode());
    assertTrue(!ranOn.isDone());
  }

  @Test
  void anUnknownMethodIsUnimplementedWithASupplierToo() throws Exception {
    local.serve(b -> b.addService(new Telling()).callExecutor(supplying(thread("chosen"))));

    Status status = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.UNIMPLEMENTED, status.getCode());
  }

  // Default deadlines

  @Test
  void aCallWithoutADeadlineGetsThatOfItsChannel() throws Exception {
    local.serve(b -> b.addService(new Telling()));

    call(local.channel(b -> b.defaultDeadline(Duration.ofMinutes(5))));

    assertTrue(deadline.get(15, TimeUnit.SECONDS).timeRemaining(TimeUnit.SECONDS) <= 300);
  }

  @Test
  void byDefaultThereIsNone() throws Exception {
    local.serve(b -> b.addService(new Telling()));

    call(local.channel());

    assertNull(deadline.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aDeadlineOfTheCallOrItsContextWins() throws Exception {
    local.serve(b -> b.addService(new Telling()));
    ManagedChannel channel = local.channel(b -> b.defaultDeadline(Duration.ofMinutes(5)));

    EchoGrpc.newBlockingStub(channel)
        .withDeadlineAfter(1, TimeUnit.HOURS)
        .unary(EchoRequest.getDefaultInstance());

    assertTrue(deadline.get(15, TimeUnit.SECONDS).timeRemaining(TimeUnit.MINUTES) > 50);
  }

  @Test
  void whenItHasPassedTheCallEnds() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, CallTest.onMessage((call, m) -> {}))));
    ManagedChannel channel = local.channel(b -> b.defaultDeadline(Duration.ofMillis(50)));

    Status status = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
  }

  private static Status call(ManagedChannel channel) {
    try {
      EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());
      return Status.OK;
    } catch (io.grpc.StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private Executor thread(String name) {
    ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
    local.closing(executor::shutdownNow);
    return executor;
  }

  private static ServerCallExecutorSupplier supplying(Executor executor) {
    return new ServerCallExecutorSupplier() {
      @Override
      public <A, B> Executor getExecutor(ServerCall<A, B> call, Metadata headers) {
        return executor;
      }
    };
  }
}
