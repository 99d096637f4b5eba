package dev.strait.rpc;

import static dev.strait.rpc.Local.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.WaitStrategy;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** User code that blocks on a thread that reads delays nobody else. */
abstract class ReadingTest {
  private static final int UNARY = FrameType.FLAG_WITH_MESSAGE | FrameType.FLAG_END;

  @RegisterExtension final Local local = local();

  private final Semaphore started = new Semaphore(0);
  private final CountDownLatch finish = new CountDownLatch(1);

  abstract Local local();

  /** Whether a poll brings all that has come, as far as its buffer goes. */
  boolean readsMuchAtOnce() {
    return true;
  }

  private final class Blocking extends EchoService {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      if (request.getText().equals("block")) {
        started.release();
        await(finish);
      }
      super.unary(request, replies);
    }
  }

  @Test
  void aHandlerThatBlocksDelaysNoOtherCall() throws Exception {
    local.serve(b -> b.addService(new Blocking()));
    ManagedChannel channel = local.channel();
    CompletableFuture<EchoReply> blocked = call(channel, "block");
    awaitStarted(1);

    for (int i = 0; i < 100; i++) {
      assertEquals("x" + i, call(channel, "x" + i).get(15, TimeUnit.SECONDS).getText());
    }
    assertFalse(blocked.isDone());

    finish.countDown();
    assertEquals("block", blocked.get(15, TimeUnit.SECONDS).getText());
    assertEquals("y", call(channel, "y").get(15, TimeUnit.SECONDS).getText());
  }

  /** Two calls that came together are answered together, unless the second handler takes long. */
  @Test
  void aReplyThatIsToBeWrittenWithTheNextDoesNotWaitForAHandlerThatBlocks() throws Exception {
    local.serve(b -> b.directExecutor().addService(Raw.service(Raw.UNARY, new SecondBlocks())));
    ScriptedPeer peer = local.greetedPeer();
    byte[] one = unaryOpen(1);
    byte[] two = unaryOpen(3);
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);

    peer.sendBytes(both);

    awaitStarted(1);
    assertEquals(1, peer.nextButWindow().streamId());
    finish.countDown();
    assertEquals(3, peer.nextButWindow().streamId());
  }

  private static byte[] unaryOpen(int streamId) {
    return open(streamId, 0, "raw/Unary", UNARY);
  }

  private static byte[] open(int streamId, int methodId, String method, int flags) {
    return ScriptedPeer.frame(
        streamId,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | flags,
        new Data().u32(methodId).text(method).u16(0).noMetadata().toBytes());
  }

  /** Answers the first call, and the second one when it may. */
  private final class SecondBlocks implements ServerCallHandler<byte[], byte[]> {
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      if (calls.incrementAndGet() == 2) {
        started.release();
        await(finish);
      }
      call.sendHeaders(new Metadata());
      call.sendMessage(new byte[0]);
      call.close(Status.OK, new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  /** What a handler sends in a row is written together, unless it blocks before the next one. */
  @Test
  void messagesThatAreToBeWrittenWithTheNextDoNotWaitForAHandlerThatBlocks() throws Exception {
    local.serve(b -> b.addService(new SendsAndBlocks()));
    CountDownLatch received = new CountDownLatch(SendsAndBlocks.MESSAGES);
    CountDownLatch completed = new CountDownLatch(1);

    EchoGrpc.newStub(local.channel())
        .serverStream(
            EchoRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(EchoReply reply) {
                received.countDown();
              }

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onCompleted() {
                completed.countDown();
              }
            });

    assertTrue(received.await(15, TimeUnit.SECONDS), received::toString);
    assertEquals(1, completed.getCount());
    finish.countDown();
    assertTrue(completed.await(15, TimeUnit.SECONDS));
  }

  private final class SendsAndBlocks extends EchoGrpc.EchoImplBase {
    private static final int MESSAGES = 50;

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoReply> replies) {
      for (int i = 0; i < MESSAGES; i++) {
        replies.onNext(EchoReply.getDefaultInstance());
      }
      await(finish);
      replies.onCompleted();
    }
  }

  /** Messages of one call for several reads, and another call behind them. */
  @Test
  void callbacksOfOneCallDoNotKeepTheNextFromBeingRead() throws Exception {
    assumeTrue(readsMuchAtOnce(), "what is read a few bytes at a time does not pile up");
    int messages = 3_900; // as much as there is credit for
    AtomicInteger delivered = new AtomicInteger();
    AtomicInteger deliveredBefore = new AtomicInteger(-1);
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("raw")
            .addMethod(Raw.CLIENT_STREAM, new Computes(messages, delivered))
            .addMethod(
                Raw.UNARY,
                (call, headers) -> {
                  deliveredBefore.set(delivered.get());
                  call.close(Status.OK, new Metadata());
                  return new ServerCall.Listener<>() {};
                })
            .build();
    local.serve(b -> b.directExecutor().addService(service));
    ScriptedPeer peer = local.greetedPeer();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(open(1, 0, "raw/" + Raw.CLIENT_STREAM.getBareMethodName(), 0));
    byte[] message = ScriptedPeer.frame(1, FrameType.MESSAGE, 0, new byte[100]);
    for (int i = 0; i < messages; i++) {
      bytes.write(message);
    }
    bytes.write(open(3, 1, "raw/Unary", UNARY));

    peer.sendBytes(bytes.toByteArray());

    assertEquals(3, peer.nextButWindow().streamId());
    int before = deliveredBefore.get();
    assertTrue(before < messages * 9 / 10, () -> before + " of " + messages + " came first");
  }

  /** Takes so many messages, and a while for each. */
  private record Computes(int messages, AtomicInteger delivered)
      implements ServerCallHandler<byte[], byte[]> {
    private static final long NANOS = 20_000;

    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      call.request(messages);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          long start = System.nanoTime();
          while (System.nanoTime() - start < NANOS) {
            Thread.onSpinWait();
          }
          delivered.incrementAndGet();
        }
      };
    }
  }

  @Test
  void aCallIsAnsweredWhenACallerHasReadForLong() throws Exception {
    local.serve(b -> b.addService(new Blocking()));
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    ManagedChannel channel = local.channel(b -> b.threadFactory(task -> daemon(task, threads)));
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    // The first finds the reader reading; from then on callers read.
    for (int i = 0; i < 10; i++) {
      assertEquals("y", stub.unary(request("y")).getText());
    }
    CompletableFuture<String> blocked =
        CompletableFuture.supplyAsync(() -> stub.unary(request("block")).getText());
    awaitStarted(1);
    // By then the reader mostly sleeps; the call is answered whether or not it does.
    Thread reader =
        threads.stream().filter(t -> t.getName().startsWith("strait-reader")).findFirst().get();
    long start = System.nanoTime();
    while (reader.getState() != Thread.State.WAITING && System.nanoTime() - start < 200_000_000) {
      Thread.onSpinWait();
    }

    assertEquals("x", call(channel, "x").get(15, TimeUnit.SECONDS).getText());
    assertEquals("z", stub.unary(request("z")).getText());
    assertFalse(blocked.isDone());

    finish.countDown();
    assertEquals("block", blocked.get(15, TimeUnit.SECONDS));
  }

  /** To ask for that owes the call a callback, which another thread hands to its stub. */
  @Test
  void aCallIsAnsweredWhoseInterceptorAskedWhetherItIsReady() throws Exception {
    local.serveEcho();
    ClientInterceptor asking =
        new ClientInterceptor() {
          @Override
          public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
              MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
              @Override
              public void sendMessage(ReqT message) {
                assertFalse(isReady());
                super.sendMessage(message);
              }
            };
          }
        };
    EchoGrpc.EchoBlockingStub stub =
        EchoGrpc.newBlockingStub(local.channel(b -> b.intercept(asking)));

    for (int i = 0; i < 50; i++) {
      assertEquals("x" + i, stub.unary(request("x" + i)).getText());
    }
  }

  @Test
  void anotherReaderIsStartedAsSoonAsThereIsAThreadForIt() throws Exception {
    Exhaustible threads = new Exhaustible();
    ManagedChannel channel = channelToServerOn(threads);
    CompletableFuture<EchoReply> blocked = call(channel, "block");
    awaitStarted(1);
    CompletableFuture<EchoReply> behind = call(channel, "b");
    await("it tries again", () -> threads.refused.get() > 3);
    assertFalse(behind.isDone());

    threads.exhausted = false;

    assertEquals("b", behind.get(15, TimeUnit.SECONDS).getText());
    assertFalse(blocked.isDone());
    finish.countDown();
    assertEquals("block", blocked.get(15, TimeUnit.SECONDS).getText());
  }

  @Test
  void withoutAThreadForAnotherReaderTheOneThatWasHeldUpReadsOn() throws Exception {
    Exhaustible threads = new Exhaustible();
    ManagedChannel channel = channelToServerOn(threads);
    CompletableFuture<EchoReply> blocked = call(channel, "block");
    awaitStarted(1);
    CompletableFuture<EchoReply> behind = call(channel, "b");
    await("it tries", () -> threads.refused.get() > 1);

    finish.countDown();

    assertEquals("block", blocked.get(15, TimeUnit.SECONDS).getText());
    assertEquals("b", behind.get(15, TimeUnit.SECONDS).getText());
  }

  /** A server that has made a connection and then runs out of threads. */
  private ManagedChannel channelToServerOn(Exhaustible threads) throws Exception {
    local.serve(b -> b.addService(new Blocking()).directExecutor().threadFactory(threads));
    ManagedChannel channel = local.channel();
    assertEquals("a", call(channel, "a").get(15, TimeUnit.SECONDS).getText());
    threads.exhausted = true;
    return channel;
  }

  /** Makes threads until it is told to run out of them. */
  private static final class Exhaustible implements ThreadFactory {
    final AtomicInteger refused = new AtomicInteger();
    volatile boolean exhausted;

    @Override
    public Thread newThread(Runnable task) {
      if (exhausted) {
        refused.incrementAndGet();
        throw new OutOfMemoryError("unable to create native thread, on purpose");
      }
      return daemon(task, new ConcurrentLinkedQueue<>());
    }
  }

  private static Thread daemon(Runnable task, Queue<Thread> threads) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  @Test
  void severalHandlersMayBlockAtOnce() throws Exception {
    local.serve(b -> b.addService(new Blocking()));
    ManagedChannel channel = local.channel();
    List<CompletableFuture<EchoReply>> blocked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      blocked.add(call(channel, "block"));
    }
    awaitStarted(20);

    assertEquals("x", call(channel, "x").get(15, TimeUnit.SECONDS).getText());

    finish.countDown();
    for (CompletableFuture<EchoReply> call : blocked) {
      assertEquals("block", call.get(15, TimeUnit.SECONDS).getText());
    }
  }

  @Test
  void aCallbackThatBlocksOnTheClientDelaysNoOtherCall() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel();
    CompletableFuture<EchoReply> blocked = new CompletableFuture<>();
    EchoGrpc.newStub(channel)
        .unary(
            request("blocks"),
            new Once(blocked) {
              @Override
              public void onNext(EchoReply reply) {
                started.release();
                await(finish);
                super.onNext(reply);
              }
            });
    awaitStarted(1);

    for (int i = 0; i < 50; i++) {
      assertEquals("x" + i, call(channel, "x" + i).get(15, TimeUnit.SECONDS).getText());
      assertEquals("y", EchoGrpc.newBlockingStub(channel).unary(request("y")).getText());
    }
    assertFalse(blocked.isDone());

    finish.countDown();
    assertEquals("blocks", blocked.get(15, TimeUnit.SECONDS).getText());
  }

  @Test
  void aCallbackMayMakeABlockingCallOnItsOwnChannel() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel();
    CompletableFuture<String> inner = new CompletableFuture<>();
    EchoGrpc.newStub(channel)
        .unary(
            request("outer"),
            new Once(new CompletableFuture<>()) {
              @Override
              public void onNext(EchoReply reply) {
                inner.complete(EchoGrpc.newBlockingStub(channel).unary(request("inner")).getText());
              }
            });

    assertEquals("inner", inner.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aHandlerMayCallItsOwnServer() throws Exception {
    ManagedChannel channel = local.channel();
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    EchoRequest to = request;
                    if (request.getCount() > 0) {
                      EchoReply inner =
                          EchoGrpc.newBlockingStub(channel)
                              .unary(request.toBuilder().setCount(request.getCount() - 1).build());
                      to = request.toBuilder().setText(inner.getText() + "!").build();
                    }
                    super.unary(to, replies);
                  }
                }));

    EchoReply reply =
        EchoGrpc.newBlockingStub(channel)
            .unary(EchoRequest.newBuilder().setText("deep").setCount(10).build());

    assertEquals("deep!!!!!!!!!!", reply.getText());
  }

  @Test
  void nothingDependsOnSpinning() throws Exception {
    local.serve(b -> b.addService(new Blocking()).waitStrategy(WaitStrategy.parking()));
    allKinds(b -> b.waitStrategy(WaitStrategy.parking()));
    ManagedChannel channel = local.channel(b -> b.waitStrategy(WaitStrategy.parking()));
    CompletableFuture<EchoReply> blocked = call(channel, "block");
    awaitStarted(1);
    assertEquals("x", EchoGrpc.newBlockingStub(channel).unary(request("x")).getText());
    finish.countDown();
    assertEquals("block", blocked.get(15, TimeUnit.SECONDS).getText());
  }

  @Test
  void everythingWorksOnExecutors() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    local.closing(executor::shutdownNow);
    local.serve(b -> b.addService(new EchoService()).executor(executor));
    allKinds(b -> b.executor(executor));
  }

  @Test
  void everythingWorksOnDirectExecutors() throws Exception {
    local.serve(b -> b.addService(new EchoService()).directExecutor());
    allKinds(b -> b.executor(Runnable::run));
  }

  private void allKinds(UnaryOperator<IpcChannelBuilder> settings) throws Exception {
    ManagedChannel channel = local.channel(settings);
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(channel);
    for (int i = 0; i < 200; i++) {
      assertEquals("u" + i, stub.unary(request("u" + i)).getText());
      assertEquals("a" + i, call(channel, "a" + i).get(15, TimeUnit.SECONDS).getText());
    }
    Iterator<EchoReply> replies =
        stub.serverStream(EchoRequest.newBuilder().setText("s").setCount(500).build());
    for (int i = 0; i < 500; i++) {
      assertEquals(i, replies.next().getIndex());
    }
    assertFalse(replies.hasNext());
    CompletableFuture<EchoReply> joined = new CompletableFuture<>();
    StreamObserver<EchoRequest> parts = EchoGrpc.newStub(channel).clientStream(new Once(joined));
    for (String part : List.of("a", "b", "c")) {
      parts.onNext(request(part));
    }
    parts.onCompleted();
    assertEquals("abc", joined.get(15, TimeUnit.SECONDS).getText());
    RecordingListener<EchoReply> bidi = new RecordingListener<>();
    var call = channel.newCall(EchoGrpc.getBidiStreamMethod(), CallOptions.DEFAULT);
    call.start(bidi, new Metadata());
    call.request(500);
    for (int i = 0; i < 500; i++) {
      call.sendMessage(request("b" + i));
    }
    call.halfClose();
    assertTrue(bidi.awaitClose().isOk());
    assertEquals(500, bidi.messages.size());
    for (int i = 0; i < 500; i++) {
      assertEquals("b" + i, bidi.messages.get(i).getText());
    }
  }

  private static CompletableFuture<EchoReply> call(ManagedChannel channel, String text) {
    CompletableFuture<EchoReply> reply = new CompletableFuture<>();
    EchoGrpc.newStub(channel).unary(request(text), new Once(reply));
    return reply;
  }

  private void awaitStarted(int count) throws InterruptedException {
    assertTrue(started.tryAcquire(count, 15, TimeUnit.SECONDS), "the handlers never began");
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  /** Keeps one reply. */
  private static class Once implements StreamObserver<EchoReply> {
    private final CompletableFuture<EchoReply> future;

    Once(CompletableFuture<EchoReply> future) {
      this.future = future;
    }

    @Override
    public void onNext(EchoReply reply) {
      future.complete(reply);
    }

    @Override
    public void onError(Throwable t) {
      future.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {}
  }
}
