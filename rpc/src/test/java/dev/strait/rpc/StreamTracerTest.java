package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stream tracers hear of a call, on both sides. */
final class StreamTracerTest {
  @RegisterExtension final Local local = Local.memory();

  private final Traced.Calls atClient = new Traced.Calls();
  private final Traced.Calls atServer = new Traced.Calls();
  private final CallOptions traced = CallOptions.DEFAULT.withStreamTracerFactory(atClient.client());

  private ManagedChannel echoChannel() throws Exception {
    local.serve(b -> b.addService(new EchoService()).addStreamTracerFactory(atServer.server()));
    return local.channel(b -> b.intercept(tracing()));
  }

  /** A traced server of one method. */
  private Server serve(
      MethodDescriptor<byte[], byte[]> method, ServerCallHandler<byte[], byte[]> handler)
      throws Exception {
    return local.serve(
        b -> b.addStreamTracerFactory(atServer.server()).addService(Raw.service(method, handler)));
  }

  private ClientInterceptor tracing() {
    return new ClientInterceptor() {
      @Override
      public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
          MethodDescriptor<ReqT, RespT> method, CallOptions options, io.grpc.Channel next) {
        return next.newCall(method, options.withStreamTracerFactory(atClient.client()));
      }
    };
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  // The four kinds.

  @Test
  void aUnaryCallIsTracedOnBothSides() throws Exception {
    EchoRequest request = request("abc");
    ManagedChannel channel = echoChannel();

    EchoGrpc.newBlockingStub(channel).unary(request);

    int size = request.getSerializedSize();
    Traced client = atClient.take();
    assertEquals(
        List.of(
            "pending",
            "created",
            "out headers",
            "out 0:" + size,
            "in headers",
            "in 0:" + size,
            "in trailers",
            "closed OK"),
        client.events());
    assertEquals(local.address(), client.attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    assertFalse(client.info.isTransparentRetry());
    assertEquals(0, client.info.getPreviousAttempts());
    assertFalse(client.info.getCallOptions().getStreamTracerFactories().isEmpty());
    assertEquals(
        List.of(
            "new strait.test.Echo/Unary",
            "filter",
            "started Unary",
            "in 0:" + size,
            "out 0:" + size,
            "closed OK"),
        atServer.take().events());
  }

  @Test
  void onlyACallThatWaitsForAConnectionIsPending() throws Exception {
    ManagedChannel channel = echoChannel();
    EchoGrpc.newBlockingStub(channel).unary(request("a"));
    EchoGrpc.newBlockingStub(channel).unary(request("a"));

    assertEquals("pending", atClient.take().events().get(0));
    assertEquals("created", atClient.take().events().get(0));
  }

  @Test
  void eachMessageOfAServerStreamIsTraced() throws Exception {
    Iterator<EchoReply> replies =
        EchoGrpc.newBlockingStub(echoChannel())
            .serverStream(EchoRequest.newBuilder().setText("x").setCount(3).build());
    while (replies.hasNext()) {
      replies.next();
    }

    assertEquals(
        List.of("in 0:3", "in 1:5", "in 2:5"), only("in ", atClient.take().events(), "in 0"));
    assertEquals(
        List.of("out 0:3", "out 1:5", "out 2:5"), only("out ", atServer.take().events(), "out 0"));
  }

  @Test
  void eachMessageOfAClientStreamIsTracedAlsoThoseThatWaited() throws Exception {
    ManagedChannel channel = echoChannel();
    RecordingObserver replies = new RecordingObserver();
    StreamObserver<EchoRequest> requests = EchoGrpc.newStub(channel).clientStream(replies);
    requests.onNext(request("a"));
    requests.onNext(request("bb"));
    requests.onNext(request("ccc"));
    requests.onCompleted();
    replies.awaitEnd();

    List<String> sent = List.of("out 0:3", "out 1:4", "out 2:5");
    assertEquals(sent, only("out ", atClient.take().events(), "out 0"));
    assertEquals(
        List.of("in 0:3", "in 1:4", "in 2:5"), only("in ", atServer.take().events(), "in 0"));
  }

  @Test
  void bothDirectionsOfABidirectionalCallAreTraced() throws Exception {
    ManagedChannel channel = echoChannel();
    RecordingObserver replies = new RecordingObserver();
    StreamObserver<EchoRequest> requests = EchoGrpc.newStub(channel).bidiStream(replies);
    for (int i = 0; i < 100; i++) {
      requests.onNext(request("m"));
    }
    requests.onCompleted();
    replies.awaitEnd();

    for (Traced side : List.of(atClient.take(), atServer.take())) {
      assertEquals(100, only("out ", side.events(), "out 0").size());
      assertEquals(100, only("in ", side.events(), "in 0").size());
      side.assertOver();
    }
  }

  /** The messages of one direction, from the first on. */
  private static List<String> only(String prefix, List<String> events, String first) {
    List<String> messages = new ArrayList<>();
    for (String event : events) {
      if (event.startsWith(prefix) && (event.startsWith(first) || !messages.isEmpty())) {
        if (event.contains(":")) {
          messages.add(event);
        }
      }
    }
    return messages;
  }

  // What tracers do to a call.

  @Test
  void whatTracersAddToTheMetadataArrivesAndTheApplicationsStaysAsItIs() throws Exception {
    BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();
    serve(
        Raw.UNARY,
        (call, headers) -> {
          seen.add(headers);
          return Raw.echo().startCall(call, headers);
        });
    Metadata own = new Metadata();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, traced);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, own);
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();
    listener.awaitClose();

    Metadata received = seen.take();
    assertEquals("s", received.get(Traced.OF_STREAM));
    assertEquals(
        List.of("f", "s"), List.copyOf(list(received.getAll(Traced.OF_FACTORY))), "in order");
    assertTrue(own.keys().isEmpty());
  }

  private static List<String> list(Iterable<String> values) {
    List<String> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }

  @Test
  void theHandlerRunsInTheContextThatTheTracerMade() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    serve(
        Raw.UNARY,
        (call, headers) -> {
          seen.add(Traced.FILTERED.get());
          return Raw.echo().startCall(call, headers);
        });

    Raw.unary(local.channel(), Raw.UNARY, traced).awaitClose();

    assertEquals("yes", seen.take());
  }

  @Test
  void tracersAndFactoriesThatThrowDoNoHarm() throws Exception {
    local.serve(
        b ->
            b.addService(new EchoService())
                .addStreamTracerFactory(new ThrowingServer(true))
                .addStreamTracerFactory(new ThrowingServer(false))
                .addStreamTracerFactory(atServer.server()));
    CallOptions options =
        CallOptions.DEFAULT
            .withStreamTracerFactory(new ThrowingClient(true))
            .withStreamTracerFactory(new ThrowingClient(false))
            .withStreamTracerFactory(atClient.client());

    EchoReply reply =
        io.grpc.stub.ClientCalls.blockingUnaryCall(
            local.channel(), EchoGrpc.getUnaryMethod(), options, request("abc"));

    assertEquals("abc", reply.getText());
    assertEquals(8, atClient.take().events().size());
    assertEquals(6, atServer.take().events().size());
  }

  private static final class ThrowingClient extends ClientStreamTracer.Factory {
    private final boolean always;

    ThrowingClient(boolean always) {
      this.always = always;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      if (always) {
        throw new IllegalStateException("on purpose");
      }
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes attributes, Metadata headers) {
          throw new IllegalStateException("on purpose");
        }

        @Override
        public void outboundMessage(int number) {
          throw new AssertionError("on purpose");
        }

        @Override
        public void streamClosed(Status status) {
          throw new IllegalStateException("on purpose");
        }
      };
    }
  }

  private static final class ThrowingServer extends ServerStreamTracer.Factory {
    private final boolean always;

    ThrowingServer(boolean always) {
      this.always = always;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      if (always) {
        return null;
      }
      return new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          throw new IllegalStateException("on purpose");
        }

        @Override
        public void streamClosed(Status status) {
          throw new IllegalStateException("on purpose");
        }
      };
    }
  }

  // How calls end.

  @Test
  void aCancelledCallIsClosedOnceOnBothSides() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    serve(Raw.BIDI, waiting(cancelled));
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, traced);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, new Metadata());
    Traced server = atServer.take();

    call.cancel("no more", null);
    call.cancel("no more", null);

    listener.awaitClose();
    Traced client = atClient.take();
    assertTrue(client.isClosed(), "closed before the listener hears of it");
    assertEquals(Status.Code.CANCELLED, client.status().getCode());
    assertEquals(Status.Code.CANCELLED, server.status().getCode());
    client.assertOver();
    server.assertOver();
    assertFalse(client.events().contains("in trailers"), "there were none");
  }

  private static io.grpc.ServerCallHandler<byte[], byte[]> waiting(CountDownLatch cancelled) {
    return (call, headers) ->
        new ServerCall.Listener<>() {
          @Override
          public void onCancel() {
            cancelled.countDown();
          }
        };
  }

  @Test
  void aCallThatIsCancelledBeforeItStartsIsClosedToo() throws Exception {
    local.serveEcho();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, traced);
    call.cancel("before", null);
    call.start(new RecordingListener<>(), new Metadata());

    assertEquals(List.of("closed CANCELLED"), atClient.take().events());
  }

  @Test
  void aDeadlineClosesBothSides() throws Exception {
    serve(Raw.BIDI, waiting(new CountDownLatch(1)));
    ClientCall<byte[], byte[]> call =
        local.channel().newCall(Raw.BIDI, traced.withDeadlineAfter(300, TimeUnit.MILLISECONDS));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, new Metadata());

    assertEquals(Status.Code.DEADLINE_EXCEEDED, listener.awaitClose().getCode());

    assertEquals(Status.Code.DEADLINE_EXCEEDED, atClient.take().status().getCode());
    assertEquals(Status.Code.DEADLINE_EXCEEDED, atServer.take().status().getCode());
  }

  @Test
  void aDeadlineInThePastIsTracedWithoutAStream() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel();
    CallOptions late = traced.withDeadline(Deadline.after(-1, TimeUnit.SECONDS));

    Raw.unary(channel, Raw.BIDI, late);

    assertEquals(List.of("closed DEADLINE_EXCEEDED"), atClient.take().events());
  }

  @Test
  void anUnknownMethodIsTracedOnTheServerWithoutACall() throws Exception {
    local.serve(b -> b.addStreamTracerFactory(atServer.server()));

    Raw.unary(local.channel(), Raw.UNARY, traced).awaitClose();

    assertEquals(
        List.of("new raw/Unary", "filter", "closed UNIMPLEMENTED"), atServer.take().events());
    Traced client = atClient.take();
    assertEquals(Status.Code.UNIMPLEMENTED, client.status().getCode());
    assertTrue(client.events().contains("in trailers"));
  }

  @Test
  void aHandlersStatusAndTrailersReachTheTracers() throws Exception {
    Metadata trailers = new Metadata();
    trailers.put(Traced.OF_STREAM, "t");
    serve(
        Raw.UNARY,
        (call, headers) -> {
          call.close(Status.ABORTED.withDescription("mine"), trailers);
          return new ServerCall.Listener<>() {};
        });

    Raw.unary(local.channel(), Raw.UNARY, traced).awaitClose();

    Traced client = atClient.take();
    assertEquals("mine", client.status().getDescription());
    assertEquals("t", client.trailers.get(Traced.OF_STREAM));
    assertEquals("mine", atServer.take().status().getDescription());
  }

  @Test
  void aHandlerThatThrowsIsTraced() throws Exception {
    serve(
        Raw.UNARY,
        (call, headers) -> {
          throw new IllegalStateException("on purpose");
        });

    Raw.unary(local.channel(), Raw.UNARY, traced).awaitClose();

    assertEquals(Status.Code.UNKNOWN, atServer.take().status().getCode());
    assertEquals(Status.Code.UNKNOWN, atClient.take().status().getCode());
  }

  @Test
  void aLostConnectionClosesTheTracersOfBothSides() throws Exception {
    var server = serve(Raw.BIDI, waiting(new CountDownLatch(1)));
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, traced);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, new Metadata());
    Traced atTheServer = atServer.take();

    server.shutdownNow();

    listener.awaitClose();
    assertEquals(Status.Code.UNAVAILABLE, atClient.take().status().getCode());
    assertEquals(Status.Code.UNAVAILABLE, atTheServer.status().getCode());
    atTheServer.assertOver();
  }

  @Test
  void aCallWithoutAServerIsPendingAndClosed() throws Exception {
    assertEquals(
        Status.Code.UNAVAILABLE,
        Raw.unary(local.channel(), Raw.UNARY, traced).awaitClose().getCode());

    assertEquals(List.of("pending", "closed UNAVAILABLE"), atClient.take().events());
  }

  @Test
  void aChannelThatIsShutDownRefusesTracedCalls() throws Exception {
    ManagedChannel channel = local.channel();
    channel.shutdown();

    Raw.unary(channel, Raw.UNARY, traced).awaitClose();

    assertEquals(List.of("closed UNAVAILABLE"), atClient.take().events());
  }

  @Test
  void aCallThatTheServerRefusesIsNotTracedThere() throws Exception {
    BlockingQueue<ServerCall<byte[], byte[]>> running = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addStreamTracerFactory(atServer.server())
                .maxRunningHandlers(1, 0)
                .addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          running.add(call);
                          return new ServerCall.Listener<>() {};
                        })));
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> first = Raw.unary(channel, Raw.UNARY, traced);
    ServerCall<byte[], byte[]> call = running.take();
    atClient.take();

    Raw.unary(channel, Raw.UNARY, traced).awaitClose();

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, atClient.take().status().getCode());
    call.close(Status.ABORTED, new Metadata());
    first.awaitClose();
    assertEquals(Status.Code.ABORTED, atServer.take().status().getCode());
    atServer.assertNoMore();
  }

  @Test
  void metadataThatTheServerWouldNotTakeClosesTheTracers() throws Exception {
    local.serve(b -> b.addService(new EchoService()).maxInboundMetadataSize(100));
    Metadata large = new Metadata();
    large.put(Traced.OF_STREAM, "x".repeat(1_000));
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, traced);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, large);
    call.halfClose();

    listener.awaitClose();
    assertEquals(
        List.of("pending", "created", "closed RESOURCE_EXHAUSTED"), atClient.take().events());
  }

  @Test
  void credentialsAndTracersBothAddToTheMetadata() throws Exception {
    Metadata.Key<String> token = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      seen.add(headers);
                      return Raw.echo().startCall(call, headers);
                    })));
    CallCredentials credentials =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo info, Executor executor, MetadataApplier applier) {
            Metadata added = new Metadata();
            added.put(token, "mine");
            applier.apply(added);
          }
        };

    Raw.unary(local.channel(), Raw.UNARY, traced.withCallCredentials(credentials)).awaitClose();

    Metadata received = seen.take();
    assertEquals("mine", received.get(token));
    assertEquals("s", received.get(Traced.OF_STREAM));
  }

  // Calls that are made again.

  @Test
  void aCallThatIsMadeAgainHasNewTracersAndMetadataOfItsOwn() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, traced, (byte) 42);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);
    peer.send(out -> Frames.cancel(out, open.streamId(), CancelCode.NOT_PROCESSED, "not me"));

    RawFrame again = peer.next(FrameType.OPEN);
    peer.send(
        again.streamId(),
        FrameType.CLOSE,
        FrameType.FLAG_WITH_HEADERS | FrameType.FLAG_WITH_MESSAGE,
        new Data().u8(0).u16(0).noMetadata().noMetadata().bytes((byte) 43));

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    assertEquals(
        List.of("pending", "created", "out headers", "out 0:1", "closed UNAVAILABLE"),
        atClient.take().events());
    Traced second = atClient.take();
    assertEquals(
        List.of(
            "created",
            "out headers",
            "out 0:1",
            "in headers",
            "in 0:1",
            "in trailers",
            "closed OK"),
        second.events());
    assertTrue(second.info.isTransparentRetry());
    assertEquals(0, second.info.getPreviousAttempts());
    assertEquals(2, entries(again), "once each, however often the call is made");
    atClient.assertNoMore();
  }

  /** The number of metadata entries in an OPEN without deadline whose method is known. */
  private static int entries(RawFrame open) {
    assertEquals(0, open.flags() & FrameType.FLAG_METHOD_NAME);
    return open.in().getShort(4 + 2);
  }

  @Test
  void aCallThatIsMadeAgainAfterAGoAwayHasNewTracers() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, traced, (byte) 42);
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    first.next(FrameType.OPEN);
    first.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "restart"));
    ScriptedPeer second = local.closing(server.acceptAndGreet());
    RawFrame again = second.next(FrameType.OPEN);
    second.send(out -> Frames.cancel(out, again.streamId(), CancelCode.LIMIT_EXCEEDED, "no"));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, call.awaitClose().getCode());

    assertEquals(Status.Code.UNAVAILABLE, atClient.take().status().getCode());
    Traced last = atClient.take();
    assertEquals(
        List.of("pending", "created", "out headers", "out 0:1", "closed RESOURCE_EXHAUSTED"),
        last.events());
    assertTrue(last.info.isTransparentRetry());
  }

  @Test
  void theMessagesOfAStreamThatIsMadeAgainAreTracedAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, traced);
    RecordingListener<byte[]> listener = new RecordingListener<>();
    call.start(listener, new Metadata());
    call.sendMessage(new byte[1]);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);
    peer.next(FrameType.MESSAGE);
    call.sendMessage(new byte[2]);
    peer.next(FrameType.MESSAGE);
    peer.send(out -> Frames.cancel(out, open.streamId(), CancelCode.NOT_PROCESSED, "not me"));
    RawFrame again = peer.next(FrameType.OPEN);
    peer.next(FrameType.MESSAGE);
    peer.next(FrameType.MESSAGE);
    call.sendMessage(new byte[3]);
    peer.next(FrameType.MESSAGE);
    peer.send(out -> Frames.cancel(out, again.streamId(), CancelCode.LIMIT_EXCEEDED, "no"));

    listener.awaitClose();
    assertEquals(
        List.of("pending", "created", "out headers", "out 0:1", "out 1:2", "closed UNAVAILABLE"),
        atClient.take().events());
    assertEquals(
        List.of(
            "created", "out headers", "out 0:1", "out 1:2", "out 2:3", "closed RESOURCE_EXHAUSTED"),
        atClient.take().events());
  }

  @Test
  void aTracerThatBlocksHoldsNobodyElseUpWhileACallIsMadeAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean blocked = new AtomicBoolean();
    ClientStreamTracer.Factory blocking =
        new ClientStreamTracer.Factory() {
          @Override
          public ClientStreamTracer newClientStreamTracer(
              ClientStreamTracer.StreamInfo info, Metadata headers) {
            if (info.isTransparentRetry()) {
              blocked.set(true);
              awaitUninterruptibly(release);
            }
            return new ClientStreamTracer() {};
          }
        };
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel = local.channel();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withStreamTracerFactory(blocking));
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);
    peer.send(out -> Frames.cancel(out, open.streamId(), CancelCode.NOT_PROCESSED, "not me"));
    Local.await("the tracer blocks", blocked::get);

    RecordingListener<byte[]> other = Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);
    RawFrame second = peer.next(FrameType.OPEN);
    peer.send(out -> Frames.cancel(out, second.streamId(), CancelCode.LIMIT_EXCEEDED, "no"));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, other.awaitClose().getCode());
    release.countDown();
    peer.next(FrameType.OPEN);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // The deadline as gRPC shows it.

  @Test
  void theDeadlineIsVisibleInTheServersMetadata() throws Exception {
    Metadata.Key<String> key = Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    BlockingQueue<Metadata> seen = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      seen.add(headers);
                      return Raw.echo().startCall(call, headers);
                    })));
    ManagedChannel channel = local.channel();
    Metadata madeUp = new Metadata();
    madeUp.put(key, "1H");
    ClientCall<byte[], byte[]> call =
        channel.newCall(Raw.UNARY, CallOptions.DEFAULT.withDeadlineAfter(99_999, TimeUnit.SECONDS));
    call.start(new RecordingListener<>(), madeUp);
    call.request(2);
    call.halfClose();
    Metadata withDeadline = seen.take();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT);

    List<String> shown = list(withDeadline.getAll(key));
    assertEquals(1, shown.size(), shown::toString);
    assertTrue(shown.get(0).matches("9999[0-9]{4}m"), shown::toString);
    assertNull(seen.take().get(key), "there was no deadline");
  }

  @Test
  void aTimeoutIsWrittenWithEightDigitsAtMost() {
    assertEquals("1n", TimeoutEntry.format(1));
    assertEquals("99999999n", TimeoutEntry.format(99_999_999));
    assertEquals("100000u", TimeoutEntry.format(100_000_000));
    assertEquals("99999999u", TimeoutEntry.format(99_999_999_999L));
    assertEquals("100000m", TimeoutEntry.format(100_000_000_000L));
    assertEquals("100000S", TimeoutEntry.format(100_000_000_000_000L));
    assertEquals("99999999S", TimeoutEntry.format(99_999_999_999_999_999L));
    assertEquals("1666666M", TimeoutEntry.format(100_000_000_000_000_000L));
    assertEquals("2562047H", TimeoutEntry.format(Long.MAX_VALUE));
  }

  // Late.

  @Test
  void tracersHearNothingAfterTheEndOfTheirCall() throws Exception {
    ClientTracing tracing = ClientTracing.of(traced, new Metadata());
    tracing.close(Status.ABORTED);

    tracing.waits();
    tracing.connected(Attributes.EMPTY);
    tracing.received(1);
    tracing.receivedTrailers(new Metadata());
    tracing.again(Status.UNAVAILABLE);
    tracing.close(Status.OK);

    assertEquals(List.of("closed ABORTED"), atClient.take().events());
    atClient.assertNoMore();
  }

  // Without tracers.

  @Test
  void aCallWithoutTracersHasNone() {
    assertNull(ClientTracing.of(CallOptions.DEFAULT, new Metadata()));
    assertNull(ServerTracing.of(List.of(), "raw/Unary", new Metadata()));
    assertNotNull(ClientTracing.of(traced, new Metadata()));
  }

  private static final class RecordingObserver implements StreamObserver<EchoReply> {
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void onNext(EchoReply reply) {}

    @Override
    public void onError(Throwable t) {
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }

    void awaitEnd() throws InterruptedException {
      assertTrue(ended.await(ScriptedPeer.HANG.toSeconds(), TimeUnit.SECONDS), "the call ends");
    }
  }
}
