package dev.strait.rpc;

import static dev.strait.rpc.Local.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.WaitStrategy;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server calls what its clients host, on the connection that they made. */
abstract class PeerChannelTest {
  @RegisterExtension final Local local = local();

  /** The way back to each client that has said hello to {@link Introduction}. */
  private final BlockingQueue<PeerChannel> clients = new LinkedBlockingQueue<>();

  abstract Local local();

  /** Remembers who calls. */
  private final class Introduction extends EchoService {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      clients.add(PeerChannel.current());
      super.unary(request, replies);
    }
  }

  /** Asks the caller in turn, as often as the request says, and adds its own name. */
  private static final class Relay extends EchoService {
    private final String name;

    Relay(String name) {
      this.name = name;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      EchoReply.Builder reply = EchoReply.newBuilder().setText(name);
      if (request.getCount() > 0) {
        EchoReply inner =
            EchoGrpc.newBlockingStub(PeerChannel.current())
                .unary(request.toBuilder().setCount(request.getCount() - 1).build());
        reply.setText(name + " " + inner.getText());
      }
      replies.onNext(reply.build());
      replies.onCompleted();
    }
  }

  @Test
  void aHandlerCallsItsCallerWhichCallsBackInTurn() throws Exception {
    local.serve(b -> b.addService(new Relay("server")));
    ManagedChannel channel = local.channel(b -> b.addService(new Relay("client")));

    EchoReply reply = EchoGrpc.newBlockingStub(channel).unary(times(6));

    assertEquals("server client server client server client server", reply.getText());
  }

  @Test
  void theSameWithExecutorsAndWithoutSpinning() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    local.closing(threads::shutdownNow);
    local.serve(
        b ->
            b.addService(new Relay("server"))
                .executor(threads)
                .waitStrategy(WaitStrategy.parking()));
    ManagedChannel channel =
        local.channel(
            b ->
                b.addService(new Relay("client"))
                    .executor(threads)
                    .waitStrategy(WaitStrategy.parking()));

    EchoReply reply = EchoGrpc.newBlockingStub(channel).unary(times(3));

    assertEquals("server client server client", reply.getText());
  }

  @Test
  void manyHandlersCallBackAtOnce() throws Exception {
    local.serve(b -> b.addService(new Relay("server")));
    ManagedChannel channel = local.channel(b -> b.addService(new Relay("client")));
    ExecutorService callers = Executors.newFixedThreadPool(8);
    local.closing(callers::shutdownNow);
    List<Future<Integer>> done = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      done.add(
          callers.submit(
              () -> {
                int right = 0;
                for (int call = 0; call < 50; call++) {
                  String text = EchoGrpc.newBlockingStub(channel).unary(times(1)).getText();
                  right += text.equals("server client") ? 1 : 0;
                }
                return right;
              }));
    }
    for (Future<Integer> caller : done) {
      assertEquals(50, caller.get(25, TimeUnit.SECONDS));
    }
  }

  @Test
  void allFourKindsGoFromServerToClientOutsideOfAHandler() throws Exception {
    PeerChannel client = introduced(b -> b.addService(new EchoService()));

    assertEquals("a", EchoGrpc.newBlockingStub(client).unary(text("a")).getText());
    List<Integer> indices = new ArrayList<>();
    EchoGrpc.newBlockingStub(client)
        .serverStream(text("s").toBuilder().setCount(100).build())
        .forEachRemaining(reply -> indices.add(reply.getIndex()));
    assertEquals(100, indices.size());
    CompletableFuture<EchoReply> sum = new CompletableFuture<>();
    StreamObserver<EchoRequest> requests =
        EchoGrpc.newStub(client).clientStream(new LastReply(sum));
    requests.onNext(text("x"));
    requests.onNext(text("y"));
    requests.onCompleted();
    assertEquals("xy", sum.get(15, TimeUnit.SECONDS).getText());
    CompletableFuture<EchoReply> last = new CompletableFuture<>();
    StreamObserver<EchoRequest> both = EchoGrpc.newStub(client).bidiStream(new LastReply(last));
    both.onNext(text("1"));
    both.onNext(text("2"));
    both.onCompleted();
    assertEquals("2", last.get(15, TimeUnit.SECONDS).getText());
  }

  @Test
  void twoClientsAreToldApart() throws Exception {
    PeerChannel first = introduced(b -> b.addService(new Relay("first")));
    PeerChannel second = introduceAnother(b -> b.addService(new Relay("second")));

    assertEquals("first", EchoGrpc.newBlockingStub(first).unary(times(0)).getText());
    assertEquals("second", EchoGrpc.newBlockingStub(second).unary(times(0)).getText());
  }

  @Test
  void messagesFarLargerThanTheWindowsPass() throws Exception {
    PeerChannel client = introduced(b -> b.addService(new EchoService()).windows(20_000, 40_000));
    ByteString large = ByteString.copyFrom(new byte[1_000_000]);

    EchoReply reply =
        EchoGrpc.newBlockingStub(client).unary(EchoRequest.newBuilder().setPayload(large).build());

    assertEquals(large, reply.getPayload());
  }

  /** The handler's thread waits for input then, and none comes. */
  @Test
  void aHandlersCallThatIsNotAnsweredEndsWhenItIsCancelled() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    BlockingQueue<Context.CancellableContext> contexts = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    Context.CancellableContext context = Context.current().withCancellation();
                    contexts.add(context);
                    Status status = call(context, request);
                    replies.onNext(EchoReply.newBuilder().setText(status.getCode().name()).build());
                    replies.onCompleted();
                  }
                }));
    ManagedChannel channel =
        local.channel(
            b ->
                b.addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        asked.countDown();
                      }
                    }));
    CompletableFuture<EchoReply> reply =
        CompletableFuture.supplyAsync(() -> EchoGrpc.newBlockingStub(channel).unary(times(0)));
    await(asked);

    contexts.take().cancel(null);

    assertEquals("CANCELLED", reply.get(15, TimeUnit.SECONDS).getText());
  }

  private static Status call(Context context, EchoRequest request) {
    Context previous = context.attach();
    try {
      return assertThrows(
              StatusRuntimeException.class,
              () -> EchoGrpc.newBlockingStub(PeerChannel.current()).unary(request))
          .getStatus();
    } finally {
      context.detach(previous);
    }
  }

  @Test
  void theDeadlineOfACallHoldsForWhatItsHandlerCalls() throws Exception {
    CompletableFuture<Boolean> clientSawADeadline = new CompletableFuture<>();
    Semaphore cancelled = new Semaphore(0);
    local.serve(b -> b.addService(new Relay("server")));
    ManagedChannel channel =
        local.channel(
            b ->
                b.addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        Context context = Context.current();
                        clientSawADeadline.complete(context.getDeadline() != null);
                        context.addListener(c -> cancelled.release(), Runnable::run);
                        // And never answers.
                      }
                    }));

    StatusRuntimeException thrown =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                EchoGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                    .unary(times(1)));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, thrown.getStatus().getCode());
    assertTrue(clientSawADeadline.get(15, TimeUnit.SECONDS));
    assertTrue(cancelled.tryAcquire(15, TimeUnit.SECONDS), "the client's handler hears of it");
  }

  @Test
  void aCancelReachesTheHandlerOfTheClient() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch heard = new CountDownLatch(1);
    PeerChannel client =
        introduced(
            b ->
                b.addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          call.request(1);
                          return new ServerCall.Listener<>() {
                            @Override
                            public void onMessage(byte[] message) {
                              began.countDown();
                            }

                            @Override
                            public void onCancel() {
                              heard.countDown();
                            }
                          };
                        })));
    Context.CancellableContext context = Context.current().withCancellation();
    RecordingListener<byte[]> call =
        context.call(() -> Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT));
    assertTrue(began.await(15, TimeUnit.SECONDS));

    context.cancel(null);

    assertEquals(Status.Code.CANCELLED, call.awaitClose().getCode());
    assertTrue(heard.await(15, TimeUnit.SECONDS));
  }

  @Test
  void theLimitOfRunningHandlersHoldsForAClientToo() throws Exception {
    Semaphore begun = new Semaphore(0);
    PeerChannel client =
        introduced(
            b ->
                b.maxRunningHandlers(2, 1)
                    .addService(
                        Raw.service(
                            Raw.UNARY,
                            (call, headers) -> {
                              begun.release();
                              return new ServerCall.Listener<>() {};
                            })));
    List<RecordingListener<byte[]>> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT));
    }
    assertTrue(begun.tryAcquire(2, 15, TimeUnit.SECONDS));

    RecordingListener<byte[]> fourth = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, fourth.awaitClose().getCode());
    assertFalse(calls.stream().anyMatch(RecordingListener::isClosed));
    assertEquals(0, begun.availablePermits());
  }

  @Test
  void aClientThatHostsNothingSaysUnimplemented() throws Exception {
    PeerChannel client = introduced(b -> b);

    RecordingListener<byte[]> call = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT);

    assertEquals(Status.Code.UNIMPLEMENTED, call.awaitClose().getCode());
  }

  @Test
  void onceTheConnectionIsGoneCallsFailAndSayWhy() throws Exception {
    PeerChannel client = introduced(b -> b.addService(new EchoService()));
    assertTrue(client.isOpen());

    channel.shutdownNow();
    Local.await("the server has noticed", () -> !client.isOpen());

    RecordingListener<byte[]> call =
        Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT.withWaitForReady());
    Status status = call.awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, status.getCode());
    assertTrue(status.getDescription().contains(local.address().toString()), status::toString);
  }

  @Test
  void aChannelThatShutsDownFinishesWhatTheServerCalls() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    PeerChannel client =
        introduced(
            b ->
                b.addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        began.countDown();
                        await(finish);
                        super.unary(request, replies);
                      }
                    }));
    var reply = EchoGrpc.newFutureStub(client).unary(text("late"));
    assertTrue(began.await(15, TimeUnit.SECONDS));

    channel.shutdown();
    Local.await("the server has heard", () -> !client.isOpen());
    assertFalse(channel.isTerminated());
    finish.countDown();

    assertEquals("late", reply.get(15, TimeUnit.SECONDS).getText());
    assertTrue(channel.awaitTermination(15, TimeUnit.SECONDS));
  }

  @Test
  void aHandlerStillCallsBackWhileItsServerShutsDown() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Server server =
        local.serve(
            b ->
                b.addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        began.countDown();
                        await(goOn);
                        replies.onNext(
                            EchoGrpc.newBlockingStub(PeerChannel.current()).unary(request));
                        replies.onCompleted();
                      }
                    }));
    ManagedChannel client = local.channel(b -> b.addService(new EchoService()));
    var reply = EchoGrpc.newFutureStub(client).unary(text("late"));
    assertTrue(began.await(15, TimeUnit.SECONDS));

    server.shutdown();
    goOn.countDown();

    assertEquals("late", reply.get(15, TimeUnit.SECONDS).getText());
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
  }

  @Test
  void theAttributesOfACallHoldTheWayBack() throws Exception {
    CompletableFuture<PeerChannel> attribute = new CompletableFuture<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      attribute.complete(call.getAttributes().get(IpcAttributes.PEER_CHANNEL));
                      call.close(Status.ABORTED, new Metadata());
                      return new ServerCall.Listener<>() {};
                    })));
    channel = local.channel(b -> b.addService(new EchoService()));
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    PeerChannel client = attribute.get(15, TimeUnit.SECONDS);

    assertNotNull(client);
    assertEquals("b", EchoGrpc.newBlockingStub(client).unary(text("b")).getText());
    assertThrows(IllegalStateException.class, PeerChannel::current);
  }

  private ManagedChannel channel;

  private PeerChannel introduced(UnaryOperator<IpcChannelBuilder> settings) throws Exception {
    local.serve(b -> b.addService(new Introduction()));
    return introduceAnother(settings);
  }

  private PeerChannel introduceAnother(UnaryOperator<IpcChannelBuilder> settings) throws Exception {
    channel = local.channel(settings);
    EchoGrpc.newBlockingStub(channel).unary(text("hello"));
    PeerChannel client = clients.poll(15, TimeUnit.SECONDS);
    assertNotNull(client);
    return client;
  }

  private static EchoRequest text(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private static EchoRequest times(int count) {
    return EchoRequest.newBuilder().setCount(count).build();
  }

  /** The last reply of a stream. */
  private static final class LastReply implements StreamObserver<EchoReply> {
    private final CompletableFuture<EchoReply> result;
    private EchoReply last;

    LastReply(CompletableFuture<EchoReply> result) {
      this.result = result;
    }

    @Override
    public void onNext(EchoReply reply) {
      last = reply;
    }

    @Override
    public void onError(Throwable t) {
      result.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      result.complete(last);
    }
  }
}
