package dev.strait.rpc;

import static dev.strait.rpc.Local.await;
import static io.grpc.ConnectivityState.CONNECTING;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.contract.TestThread;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls whose caller does not wait for the answer. */
final class OneWayTest {
  @RegisterExtension final Local local = Local.unix();

  private final BlockingQueue<byte[]> handled = new LinkedBlockingQueue<>();
  private final Semaphore mayFinish = new Semaphore(0);

  /** Takes a message, and answers when it may. */
  private ServerCallHandler<byte[], byte[]> slow() {
    return CallTest.onMessage(
        (call, message) -> {
          handled.add(message);
          mayFinish.acquireUninterruptibly();
          call.sendHeaders(new Metadata());
          call.sendMessage(message);
          call.close(Status.OK, new Metadata());
        });
  }

  @Test
  void theCallIsOverBeforeItsHandlerIs() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));

    OneWay.blockingCall(local.channel(), Raw.UNARY, CallOptions.DEFAULT, bytes("a"));

    assertArrayEquals(bytes("a"), handled.poll(15, TimeUnit.SECONDS));
    mayFinish.release();
  }

  @Test
  void theServerAnswersWithABareClose() throws Exception {
    mayFinish.release();
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));
    ScriptedPeer peer = local.greetedPeer();

    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME
            | FrameType.FLAG_WITH_MESSAGE
            | FrameType.FLAG_END
            | FrameType.FLAG_ONE_WAY,
        new Data().u32(1).text("raw/Unary").u16(0).noMetadata().bytes(bytes("quiet")));

    RawFrame close = peer.nextButWindow();
    assertEquals(FrameType.CLOSE, close.type());
    assertEquals(0, close.flags());
    assertArrayEquals(new byte[] {0, 0, 0, 0, 0}, close.data());
  }

  /** W8. */
  @Test
  void oneWaySpamBlocksItsSenderAndNobodyElse() throws Exception {
    local.serve(
        b ->
            b.maxConcurrentCallsPerConnection(10)
                .addService(Raw.service(Raw.UNARY, slow()))
                .addService(new EchoService()));
    ManagedChannel spammer = local.channel();
    AtomicInteger sent = new AtomicInteger();
    TestThread spam =
        TestThread.run(
            () -> {
              for (int i = 0; i < 100; i++) {
                OneWay.blockingCall(spammer, Raw.UNARY, CallOptions.DEFAULT, new byte[] {(byte) i});
                sent.incrementAndGet();
              }
            });

    Local.await("the sender has to wait", () -> sent.get() == 10);
    for (int i = 0; i < 20; i++) {
      assertEquals("x", EchoGrpc.newBlockingStub(local.channel()).unary(text("x")).getText());
    }
    assertEquals(10, sent.get());

    mayFinish.release(100);
    spam.finish();
    byte[] numbers = new byte[100];
    for (int i = 0; i < 100; i++) {
      numbers[i] = handled.poll(15, TimeUnit.SECONDS)[0];
    }
    assertTrue(handled.isEmpty());
    Arrays.sort(numbers);
    assertArrayEquals(upTo(100), numbers, "each once");
  }

  @Test
  void handlersWithoutAnExecutorBeginInTheOrderOfTheCalls() throws Exception {
    local.serve(b -> b.directExecutor().addService(Raw.service(Raw.UNARY, slow())));
    ManagedChannel channel = local.channel();

    for (byte number : upTo(100)) {
      OneWay.blockingCall(channel, Raw.UNARY, CallOptions.DEFAULT, new byte[] {number});
    }
    mayFinish.release(100);

    for (byte number : upTo(100)) {
      assertArrayEquals(new byte[] {number}, handled.poll(15, TimeUnit.SECONDS));
    }
  }

  private static byte[] upTo(int end) {
    byte[] numbers = new byte[end];
    for (int i = 0; i < end; i++) {
      numbers[i] = (byte) i;
    }
    return numbers;
  }

  @Test
  void aRequestLargerThanTheWindowIsHandedOverWhole() throws Exception {
    mayFinish.release();
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));
    byte[] large = new byte[3_000_000];
    large[large.length - 1] = 7;

    OneWay.blockingCall(local.channel(), Raw.UNARY, CallOptions.DEFAULT, large);

    assertArrayEquals(large, handled.poll(15, TimeUnit.SECONDS));
  }

  @Test
  void anAsynchronousStubHearsThatItIsOverAndNoMessage() throws Exception {
    CompletableFuture<Integer> messages = new CompletableFuture<>();
    local.serveEcho();

    EchoGrpc.newStub(local.channel())
        .withOption(OneWay.OPTION, true)
        .unary(
            text("x"),
            new StreamObserver<>() {
              private int count;

              @Override
              public void onNext(EchoReply reply) {
                count++;
              }

              @Override
              public void onError(Throwable t) {
                messages.completeExceptionally(t);
              }

              @Override
              public void onCompleted() {
                messages.complete(count);
              }
            });

    assertEquals(0, messages.get(15, TimeUnit.SECONDS));
  }

  @Test
  void withNobodyThereItFails() {
    StatusRuntimeException thrown =
        assertThrows(
            StatusRuntimeException.class,
            () -> OneWay.blockingCall(local.channel(), Raw.UNARY, CallOptions.DEFAULT, bytes("a")));

    assertEquals(Status.Code.UNAVAILABLE, thrown.getStatus().getCode());
  }

  @Test
  void aMethodThatIsNotUnaryIsRefused() throws Exception {
    local.serveEcho();

    StatusRuntimeException thrown =
        assertThrows(
            StatusRuntimeException.class,
            () -> OneWay.blockingCall(local.channel(), Raw.BIDI, CallOptions.DEFAULT, bytes("a")));

    assertEquals(Status.Code.INTERNAL, thrown.getStatus().getCode());
    assertTrue(thrown.getStatus().getDescription().contains("raw/Bidi is BIDI_STREAMING"));
  }

  @Test
  void aCallThatIsOverIsNotCancelledAnyMore() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    handled.add(bytes(request.getText()));
                    await(done);
                    cancelled.complete(Context.current().isCancelled());
                    super.unary(request, replies);
                  }
                }));
    Context.CancellableContext context = Context.current().withCancellation();
    ManagedChannel channel = local.channel();
    context.run(
        () ->
            OneWay.blockingCall(
                channel, EchoGrpc.getUnaryMethod(), CallOptions.DEFAULT, text("a")));
    handled.poll(15, TimeUnit.SECONDS);

    context.cancel(null);
    // A cancel would be before this on the same connection.
    assertFalse(EchoGrpc.newBlockingStub(channel).serverStream(text("after")).hasNext());
    done.countDown();

    assertFalse(cancelled.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aChannelThatShutsDownWaitsForTheHandlers() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));
    ManagedChannel channel = local.channel();
    OneWay.blockingCall(channel, Raw.UNARY, CallOptions.DEFAULT, bytes("a"));

    channel.shutdown();

    handled.poll(15, TimeUnit.SECONDS);
    assertFalse(channel.isTerminated());
    mayFinish.release();
    assertTrue(channel.awaitTermination(15, TimeUnit.SECONDS));
  }

  /** Its caller hears of the end while the call waits to be made again, and that stays so. */
  @Test
  void aCallThatTheServerDidNotProcessIsMadeAgainAlsoWhenItIsOverForItsCaller() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
    CallOptions options =
        CallOptions.DEFAULT.withOption(OneWay.OPTION, true).withExecutor(callbacks::add);
    RecordingListener<byte[]> call = Raw.unary(channel, Raw.UNARY, options, bytes("a"));
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    first.next(FrameType.OPEN);
    await("its end waits to be told", () -> !callbacks.isEmpty());

    first.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "restart"));
    await("it waits for a connection", () -> channel.getState(false) == CONNECTING);
    callbacks.forEach(Runnable::run);
    assertTrue(call.awaitClose().isOk());
    channel.shutdown();

    ScriptedPeer second = local.closing(server.acceptAndGreet());
    RawFrame again = second.next(FrameType.OPEN);
    assertFalse(channel.isTerminated());
    second.send(again.streamId(), FrameType.CLOSE, 0, new Data().u8(0).u16(0).noMetadata());
    assertTrue(channel.awaitTermination(15, TimeUnit.SECONDS), "the channel ends");
    call.assertClosedOnce();
  }

  @Test
  void aServerThatIsReplacedUnderLoadLosesNone() throws Exception {
    mayFinish.release(1_000_000);
    Server server = local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));
    ManagedChannel channel = local.channel();
    List<Integer> expected = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 500; i++) {
        OneWay.blockingCall(
            channel,
            Raw.UNARY,
            CallOptions.DEFAULT.withWaitForReady(),
            new byte[] {(byte) round, (byte) i, (byte) (i >> 8)});
        if (i == 250) {
          server.shutdown();
          assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
          server = local.serve(b -> b.addService(Raw.service(Raw.UNARY, slow())));
        }
        expected.add(round * 1000 + i);
      }
    }
    channel.shutdown();
    assertTrue(channel.awaitTermination(15, TimeUnit.SECONDS));

    List<Integer> came = new ArrayList<>();
    handled.forEach(m -> came.add(m[0] * 1000 + (m[1] & 0xff) + ((m[2] & 0xff) << 8)));
    came.sort(null);
    assertEquals(expected, came, "each once");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  private static EchoRequest text(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }
}
