package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Credit, limits, deadlines, cancels and ends hold for calls from server to client too. */
final class PeerCallTest {
  private static final int STREAM_WINDOW = 16 * 1024;
  private static final int CONNECTION_WINDOW = 64 * 1024;
  private static final String HELLO = "raw/Hello";

  @RegisterExtension final Local local = Local.memory();

  private final VirtualTime time = new VirtualTime();

  /** The way back to each client that has called {@link #HELLO}, and the context of that call. */
  private final BlockingQueue<PeerChannel> clients = new LinkedBlockingQueue<>();

  private final BlockingQueue<Context> contexts = new LinkedBlockingQueue<>();

  /** The calls that the client hosts, and how many of them have been cancelled. */
  private final BlockingQueue<ServerCall<byte[], byte[]>> hosted = new LinkedBlockingQueue<>();

  private final Semaphore read = new Semaphore(0);
  private final Semaphore cancelled = new Semaphore(0);

  /** Remembers its caller, and does not answer. */
  private ServerServiceDefinition introduction() {
    return Raw.service(
        Raw.method("Hello", Raw.BIDI.getType()),
        (call, headers) -> {
          contexts.add(Context.current());
          clients.add(PeerChannel.current());
          return new ServerCall.Listener<>() {};
        });
  }

  /** Reads and answers only as the test says. */
  private ServerCallHandler<byte[], byte[]> byHand() {
    return (call, headers) -> {
      hosted.add(call);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          read.release();
        }

        @Override
        public void onCancel() {
          cancelled.release();
        }
      };
    };
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder("raw")
        .addMethod(Raw.UNARY, Raw.echo())
        .addMethod(Raw.BIDI, byHand())
        .build();
  }

  private ManagedChannel channel;
  private Server server;

  /** A server, a client that hosts {@link #service}, and the way from the one to the other. */
  private PeerChannel client(
      UnaryOperator<IpcServerBuilder> serving, UnaryOperator<IpcChannelBuilder> calling)
      throws Exception {
    server = local.serve(b -> serving.apply(b.addService(introduction())));
    channel = local.channel(b -> calling.apply(b.addService(service())));
    channel
        .newCall(Raw.method("Hello", Raw.BIDI.getType()), CallOptions.DEFAULT)
        .start(new ClientCall.Listener<>() {}, new Metadata());
    return next(clients);
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(next);
    return next;
  }

  private static ClientCall<byte[], byte[]> stream(
      PeerChannel client, RecordingListener<byte[]> listener) {
    ClientCall<byte[], byte[]> call = client.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    return call;
  }

  // Credit.

  @Test
  void aServerSeesThatItsClientDoesNotReadAndThatItReadsAgain() throws Exception {
    PeerChannel client = client(b -> b, b -> b.windows(STREAM_WINDOW, CONNECTION_WINDOW));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = stream(client, listener);
    listener.awaitReady();
    int sent = 0;
    while (call.isReady()) {
      call.sendMessage(new byte[1000]);
      assertTrue(++sent < 1000, "it is ready for ever");
    }
    assertTrue(sent * 1000 > STREAM_WINDOW, "only " + sent + " messages");
    ServerCall<byte[], byte[]> ofClient = next(hosted);
    assertEquals(0, read.availablePermits());

    ofClient.request(sent);

    assertTrue(read.tryAcquire(sent, 15, TimeUnit.SECONDS), "messages were lost");
    listener.awaitReady();
    assertTrue(call.isReady());
  }

  @Test
  void aClientSeesThatTheServerDoesNotReadItsReplies() throws Exception {
    PeerChannel client = client(b -> b.windows(STREAM_WINDOW, CONNECTION_WINDOW), b -> b);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = stream(client, listener);
    ServerCall<byte[], byte[]> ofClient = next(hosted);
    ofClient.sendHeaders(new Metadata());
    int sent = 0;
    while (ofClient.isReady()) {
      ofClient.sendMessage(new byte[1000]);
      assertTrue(++sent < 1000, "it is ready for ever");
    }
    assertTrue(sent * 1000 > STREAM_WINDOW, "only " + sent + " messages");
    assertTrue(listener.messages.isEmpty());

    call.request(sent);

    listener.awaitMessages(sent);
  }

  @Test
  void aStreamThatTheClientDoesNotReadBlocksNoOther() throws Exception {
    PeerChannel client = client(b -> b, b -> b.windows(STREAM_WINDOW, CONNECTION_WINDOW));
    ClientCall<byte[], byte[]> stuck = stream(client, new RecordingListener<>());
    for (int i = 0; i < 100; i++) {
      stuck.sendMessage(new byte[1000]);
    }

    for (int i = 0; i < 100; i++) {
      byte[] request = new byte[5000];
      RecordingListener<byte[]> other = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT, request);
      assertTrue(other.awaitClose().isOk(), () -> other.status.toString());
      assertArrayEquals(request, other.messages.get(0));
    }
  }

  // Limits.

  @Test
  void aRequestOverTheClientsLimitIsRefusedAndTheConnectionGoesOn() throws Exception {
    PeerChannel client = client(b -> b, b -> b.maxInboundMessageSize(1000));

    RecordingListener<byte[]> over =
        Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT, new byte[1001]);
    RecordingListener<byte[]> at =
        Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT, new byte[1000]);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, over.awaitClose().getCode());
    assertTrue(at.awaitClose().isOk(), () -> at.status.toString());
  }

  @Test
  void aReplyOverTheServersLimitIsRefusedAndTheConnectionGoesOn() throws Exception {
    PeerChannel client = client(b -> b.maxInboundMessageSize(1000), b -> b);

    RecordingListener<byte[]> over =
        Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT, new byte[1001]);
    RecordingListener<byte[]> at =
        Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT, new byte[1000]);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, over.awaitClose().getCode());
    assertTrue(at.awaitClose().isOk(), () -> at.status.toString());
  }

  @Test
  void metadataOverTheClientsLimitIsNotSent() throws Exception {
    PeerChannel client = client(b -> b, b -> b.maxInboundMetadataSize(100));
    Metadata large = new Metadata();
    large.put(Metadata.Key.of("large", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(100));
    RecordingListener<byte[]> over = new RecordingListener<>();

    client.newCall(Raw.BIDI, CallOptions.DEFAULT).start(over, large);

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, over.awaitClose().getCode());
    RecordingListener<byte[]> next = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT);
    assertTrue(next.awaitClose().isOk(), () -> next.status.toString());
    assertTrue(hosted.isEmpty());
  }

  @Test
  void callsBeyondWhatTheClientAllowsWaitOnTheServer() throws Exception {
    local.serve(b -> b.addService(introduction()));
    ScriptedPeer peer = local.peer();
    peer.hello(Limits.DEFAULTS.withMaxStreams(1));
    peer.open(1, HELLO, 0);
    PeerChannel client = next(clients);

    RecordingListener<byte[]> first = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT);
    RecordingListener<byte[]> second = Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT);

    assertEquals(2, peer.next(FrameType.OPEN).streamId());
    peer.send(out -> Frames.ping(out, 1, false));
    assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
    peer.send(2, FrameType.CLOSE, 0, aborted());
    assertEquals(Status.Code.ABORTED, first.awaitClose().getCode());
    assertEquals(4, peer.next(FrameType.OPEN).streamId());
    assertFalse(second.isClosed());
  }

  private static Data aborted() {
    return new Data().u8(Status.Code.ABORTED.value()).u16(0).noMetadata();
  }

  // Deadlines and cancels.

  @Test
  void whatIsLeftOfTheCallersDeadlineGoesWithWhatItsHandlerCalls() throws Exception {
    local.serve(b -> time.drive(b.addService(introduction())));
    ScriptedPeer peer = local.greetedPeer();
    openWithTimeout(peer, 1, HELLO, Duration.ofSeconds(5));
    PeerChannel client = next(clients);
    time.advance(Duration.ofSeconds(2));
    RecordingListener<byte[]> call =
        next(contexts).call(() -> Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT));

    RawFrame open = peer.next(FrameType.OPEN);
    assertEquals(2, open.streamId());
    assertEquals(Duration.ofSeconds(3).toNanos(), timeoutOf(open));
    time.advance(Duration.ofNanos(2_999_999_999L));
    assertFalse(call.isClosed());
    time.advance(Duration.ofNanos(1));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, call.awaitClose().getCode());
    call.assertClosedOnce();
    assertCancelled(peer, 1, 2);
  }

  @Test
  void theEarlierOfItsOwnDeadlineAndItsCallersCounts() throws Exception {
    local.serve(b -> time.drive(b.addService(introduction())));
    ScriptedPeer peer = local.greetedPeer();
    openWithTimeout(peer, 1, HELLO, Duration.ofSeconds(5));
    PeerChannel client = next(clients);
    Context caller = next(contexts);

    for (int seconds : new int[] {4, 6}) {
      Deadline own = time.deadlineIn(Duration.ofSeconds(seconds));
      caller.run(() -> Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT.withDeadline(own)));
      assertEquals(
          Duration.ofSeconds(Math.min(5, seconds)).toNanos(), timeoutOf(peer.next(FrameType.OPEN)));
    }
  }

  @Test
  void aClientKeepsTheDeadlineOfWhatItHostsWhileTheServerIsSilent() throws Exception {
    ScriptedPeer.Listening listening = local.listen();
    channel = local.channel(b -> time.drive(b.addService(service())));
    channel.getState(true);
    ScriptedPeer peer = local.closing(listening.acceptAndGreet());
    openWithTimeout(peer, 2, "raw/Bidi", Duration.ofSeconds(5));
    next(hosted);

    time.advance(Duration.ofNanos(4_999_999_999L));
    assertEquals(0, cancelled.availablePermits());
    time.advance(Duration.ofNanos(1));

    RawFrame cancel = peer.next(FrameType.CANCEL);
    assertEquals(2, cancel.streamId());
    assertEquals(CancelCode.DEADLINE_EXCEEDED, cancel.cancelCode());
    assertTrue(cancelled.tryAcquire(15, TimeUnit.SECONDS), "the handler heard nothing");
  }

  @Test
  void aCallerThatCancelsCancelsWhatItsHandlerCalled() throws Exception {
    local.serve(b -> b.addService(introduction()));
    ScriptedPeer peer = local.greetedPeer();
    peer.open(1, HELLO, 0);
    PeerChannel client = next(clients);
    Context caller = next(contexts);
    RecordingListener<byte[]> inner =
        caller.call(() -> Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT));
    RecordingListener<byte[]> forked =
        caller.fork().call(() -> Raw.unary(client, Raw.UNARY, CallOptions.DEFAULT));
    assertEquals(2, peer.next(FrameType.OPEN).streamId());
    assertEquals(4, peer.next(FrameType.OPEN).streamId());

    peer.send(out -> Frames.cancel(out, 1, CancelCode.CANCELLED, ""));

    RawFrame cancel = peer.next(FrameType.CANCEL);
    assertEquals(2, cancel.streamId());
    assertEquals(CancelCode.CANCELLED, cancel.cancelCode());
    assertEquals(Status.Code.CANCELLED, inner.awaitClose().getCode());
    peer.send(4, FrameType.CLOSE, 0, aborted());
    assertEquals(Status.Code.ABORTED, forked.awaitClose().getCode());
  }

  private static void openWithTimeout(
      ScriptedPeer peer, int streamId, String method, Duration timeout) {
    peer.send(
        streamId,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME | FrameType.FLAG_TIMEOUT,
        new Data().u32(0).text(method).u64(timeout.toNanos()).u16(0).noMetadata());
  }

  private static long timeoutOf(RawFrame open) {
    assertTrue((open.flags() & FrameType.FLAG_TIMEOUT) != 0, open::toString);
    boolean named = (open.flags() & FrameType.FLAG_METHOD_NAME) != 0;
    return open.in().getLong(named ? 6 + open.in().getShort(4) : 4);
  }

  /** Both are told, in whichever order. */
  private static void assertCancelled(ScriptedPeer peer, int one, int other) {
    RawFrame first = peer.next(FrameType.CANCEL);
    RawFrame second = peer.next(FrameType.CANCEL);
    assertEquals(one + other, first.streamId() + second.streamId());
    assertEquals(CancelCode.DEADLINE_EXCEEDED, first.cancelCode());
    assertEquals(CancelCode.DEADLINE_EXCEEDED, second.cancelCode());
  }

  // Ends.

  @Test
  void aServerThatShutsDownFinishesWhatItCalls() throws Exception {
    PeerChannel client = client(b -> b, b -> b);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = stream(client, listener);
    call.request(1);
    ServerCall<byte[], byte[]> ofClient = next(hosted);

    server.shutdown();
    ofClient.sendHeaders(new Metadata());
    ofClient.sendMessage(new byte[1]);
    listener.awaitMessages(1);
    assertFalse(server.isTerminated());
    ofClient.close(Status.OK, new Metadata());

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
  }

  @Test
  void aCallThatCanNoLongerBeOpenedEnds() throws Exception {
    server = local.serve(b -> b.addService(introduction()));
    ScriptedPeer peer = local.peer();
    peer.hello(Limits.DEFAULTS.withMaxStreams(1));
    peer.open(1, HELLO, 0);
    PeerChannel client = next(clients);
    RecordingListener<byte[]> open = new RecordingListener<>();
    stream(client, open);
    int id = peer.next(FrameType.OPEN).streamId();
    server.shutdown();
    peer.next(FrameType.GO_AWAY);
    RecordingListener<byte[]> waiting = new RecordingListener<>();
    stream(client, waiting);

    // Without a call of the client's own nothing more is opened; and then there would be room.
    peer.send(1, FrameType.CANCEL, 0, new Data().u32(CancelCode.CANCELLED.code()).u16(0));
    peer.send(id, FrameType.CLOSE, 0, new Data().u8(0).u16(0).noMetadata());

    assertTrue(open.awaitClose().isOk(), () -> open.status.toString());
    assertEquals(Status.Code.UNAVAILABLE, waiting.awaitClose().getCode());
    waiting.assertClosedOnce();
  }

  @Test
  void aServerThatShutsDownNowEndsWhatItCallsOnceOnBothSides() throws Exception {
    PeerChannel client = client(b -> b, b -> b);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    stream(client, listener);
    next(hosted);

    server.shutdownNow();

    assertEquals(Status.Code.UNAVAILABLE, listener.awaitClose().getCode());
    assertTrue(cancelled.tryAcquire(15, TimeUnit.SECONDS), "the handler heard nothing");
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS), "the server never ends");
    listener.assertClosedOnce();
    assertEquals(0, cancelled.availablePermits());
  }

  @Test
  void aOneWayCallToAClientIsHandedOver() throws Exception {
    PeerChannel client = client(b -> b, b -> b);
    Metadata none = new Metadata();
    ClientCall<byte[], byte[]> stream = stream(client, new RecordingListener<>());
    stream.sendMessage(new byte[1]);

    OneWay.blockingCall(client, HOSTED_UNARY, CallOptions.DEFAULT, new byte[] {7});

    next(hosted).close(Status.OK, none);
    ServerCall<byte[], byte[]> oneWay = next(hosted);
    oneWay.request(1);
    assertTrue(read.tryAcquire(15, TimeUnit.SECONDS), "the message was lost");
    oneWay.close(Status.OK, none);
  }

  /** Unary for the server, by hand for the client. */
  private static final io.grpc.MethodDescriptor<byte[], byte[]> HOSTED_UNARY =
      Raw.UNARY.toBuilder().setFullMethodName(Raw.BIDI.getFullMethodName()).build();
}
