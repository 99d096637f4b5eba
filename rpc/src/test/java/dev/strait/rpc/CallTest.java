package dev.strait.rpc;

import static dev.strait.rpc.Local.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import dev.strait.transport.PeerCredentials;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** gRPC's promises of a call, between a real client and a real server. */
abstract class CallTest {
  private static final Metadata.Key<String> TEXT =
      Metadata.Key.of("text", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> BINARY =
      Metadata.Key.of("bytes-bin", Metadata.BINARY_BYTE_MARSHALLER);

  @RegisterExtension final Local local = local();

  abstract Local local();

  // Metadata and status.

  @Test
  void metadataTravelsBothWaysWithBinaryValuesAndDuplicatesInOrder() throws Exception {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      call.sendHeaders(headers);
                      call.sendMessage(new byte[0]);
                      call.close(Status.OK, headers);
                      return new ServerCall.Listener<>() {};
                    })));
    Metadata sent = new Metadata();
    sent.put(TEXT, "one");
    sent.put(BINARY, bytes);
    sent.put(TEXT, "two");
    sent.put(BINARY, new byte[0]);
    sent.put(TEXT, "one");
    RecordingListener<byte[]> listener = new RecordingListener<>();

    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, sent);
    call.request(1);
    call.sendMessage(new byte[0]);
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(List.of("headers", "message", "close"), listener.events);
    for (Metadata echoed : List.of(listener.headers, listener.trailers)) {
      assertEquals(List.of("one", "two", "one"), list(echoed.getAll(TEXT)));
      List<byte[]> binary = list(echoed.getAll(BINARY));
      assertEquals(2, binary.size());
      assertArrayEquals(bytes, binary.get(0));
      assertArrayEquals(new byte[0], binary.get(1));
      assertEquals(2, echoed.keys().size());
    }
  }

  @Test
  void metadataThatTheServerWouldNotAcceptFailsTheCallOnly() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())).maxInboundMetadataSize(100));
    ManagedChannel channel = local.channel();
    Metadata tooMuch = new Metadata();
    tooMuch.put(TEXT, "x".repeat(100));
    RecordingListener<byte[]> listener = new RecordingListener<>();

    ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, tooMuch);
    call.sendMessage(new byte[0]);
    call.halfClose();

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, listener.awaitClose().getCode());
    assertTrue(listener.status.getDescription().contains("100"), listener.status.toString());
    assertTrue(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());
  }

  @Test
  void aStatusArrivesWithItsDescriptionAndDetails() throws Exception {
    com.google.rpc.Status details =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.FAILED_PRECONDITION.value())
            .setMessage("not in the mood: \u00e4\u4e2d")
            .addDetails(Any.pack(EchoReply.newBuilder().setText("why").build()))
            .build();
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    replies.onError(StatusProto.toStatusRuntimeException(details));
                  }
                }));

    StatusRuntimeException thrown =
        assertThrows(StatusRuntimeException.class, () -> stub().unary(request("")));

    assertEquals(Status.Code.FAILED_PRECONDITION, thrown.getStatus().getCode());
    assertEquals("not in the mood: \u00e4\u4e2d", thrown.getStatus().getDescription());
    assertEquals(details, StatusProto.fromThrowable(thrown));
  }

  @Test
  void everyStatusCodeArrivesAsItself() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    onMessage(
                        (call, message) ->
                            call.close(
                                Status.fromCodeValue(message[0]).withDescription("d" + message[0]),
                                new Metadata())))));
    ManagedChannel channel = local.channel();
    for (Status.Code code : Status.Code.values()) {
      if (code != Status.Code.OK) {
        Status status =
            Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT, (byte) code.value()).awaitClose();
        assertEquals(code, status.getCode());
        assertEquals("d" + code.value(), status.getDescription());
      }
    }
  }

  @Test
  void aMethodNobodyHostsIsUnimplementedAndNamed() throws Exception {
    local.serve(b -> b);

    StatusRuntimeException thrown =
        assertThrows(StatusRuntimeException.class, () -> stub().unary(request("")));

    assertEquals(Status.Code.UNIMPLEMENTED, thrown.getStatus().getCode());
    assertTrue(thrown.getMessage().contains("strait.test.Echo/Unary"), thrown.getMessage());
  }

  @Test
  void aHandlerThatThrowsIsAnUnknownErrorWithoutItsMessage() throws Exception {
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    if (request.getText().equals("throw")) {
                      throw new IllegalStateException("secret");
                    }
                    super.unary(request, replies);
                  }
                }));
    EchoGrpc.EchoBlockingStub stub = stub();

    StatusRuntimeException thrown =
        assertThrows(StatusRuntimeException.class, () -> stub.unary(request("throw")));

    assertEquals(Status.Code.UNKNOWN, thrown.getStatus().getCode());
    assertEquals("Application error processing RPC", thrown.getStatus().getDescription());
    assertEquals("x", stub.unary(request("x")).getText());
  }

  @Test
  void messagesBeforeAnErrorAreDeliveredBeforeIt() throws Exception {
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void serverStream(EchoRequest request, StreamObserver<EchoReply> replies) {
                    for (int i = 0; i < request.getCount(); i++) {
                      replies.onNext(reply(request, i));
                    }
                    replies.onError(Status.ABORTED.asException());
                  }
                }));

    Iterator<EchoReply> replies =
        stub().serverStream(EchoRequest.newBuilder().setText("x").setCount(50).build());

    for (int i = 0; i < 50; i++) {
      assertEquals(i, replies.next().getIndex());
    }
    StatusRuntimeException thrown = assertThrows(StatusRuntimeException.class, replies::hasNext);
    assertEquals(Status.Code.ABORTED, thrown.getStatus().getCode());
  }

  @Test
  void headersAreHeardAlsoWhenTheCallFails() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    onMessage(
                        (call, message) -> {
                          Metadata headers = new Metadata();
                          headers.put(TEXT, "early");
                          call.sendHeaders(headers);
                          call.close(Status.ABORTED, new Metadata());
                        }))));

    RecordingListener<byte[]> call = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT);

    assertEquals(Status.Code.ABORTED, call.awaitClose().getCode());
    assertEquals(List.of("headers", "close"), call.events);
    assertEquals("early", call.headers.get(TEXT));
  }

  // How many responses.

  /** S9; {@link CardinalityTest} has the others. */
  @Test
  void twoResponsesWhereOneIsDueAreAnInternalError() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    onMessage(
                        (call, message) -> {
                          call.sendHeaders(new Metadata());
                          call.sendMessage(message);
                          call.sendMessage(message);
                        }))));

    Status status = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.INTERNAL, status.getCode());
    assertEquals("Too many responses", status.getDescription());
  }

  /** S9. */
  @Test
  void noResponseWhereOneIsDueIsAnInternalError() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    onMessage((call, message) -> call.close(Status.OK, new Metadata())))));

    Status status = Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    assertEquals(Status.Code.INTERNAL, status.getCode());
    assertEquals("Completed without a response", status.getDescription());
  }

  // Interceptors, context, attributes.

  @Test
  void interceptorsRunInGrpcsOrder() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    local.serve(
        b ->
            b.addService(Raw.service(Raw.UNARY, Raw.echo()))
                .intercept(noting("server first added", order))
                .intercept(noting("server last added", order)));
    ManagedChannel channel =
        local.channel(
            b ->
                b.intercept(
                    notingClient("client first added", order),
                    notingClient("client last added", order)));

    assertTrue(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());

    assertEquals(
        List.of(
            "client last added", "client first added", "server last added", "server first added"),
        order);
  }

  private static ServerInterceptor noting(String name, List<String> order) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        order.add(name);
        return next.startCall(call, headers);
      }
    };
  }

  private static ClientInterceptor notingClient(String name, List<String> order) {
    return new ClientInterceptor() {
      @Override
      public <Q, R> ClientCall<Q, R> interceptCall(
          MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        order.add(name);
        return next.newCall(method, options);
      }
    };
  }

  @Test
  void theHandlersContextHasTheDeadlineAndNothingElseOfTheClients() throws Exception {
    Context.Key<String> key = Context.key("client");
    BlockingQueue<Context> seen = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    seen.add(Context.current());
                    super.unary(request, replies);
                  }
                }));
    EchoGrpc.EchoBlockingStub stub = EchoGrpc.newBlockingStub(local.channel());
    Deadline deadline = Deadline.after(60, TimeUnit.SECONDS);

    Context.current()
        .withValue(key, "private")
        .call(() -> stub.withDeadline(deadline).unary(request("")));
    stub.unary(request(""));

    Context with = seen.take();
    assertNull(key.get(with));
    assertNotNull(with.getDeadline());
    // Both count on one clock here, and the server's began later from what was left then.
    long later = with.getDeadline().timeRemaining(TimeUnit.SECONDS);
    assertTrue(later <= 60 && later > 0, "left: " + later);
    Context without = seen.take();
    assertNull(without.getDeadline());
    Local.await("contexts end with their calls", with::isCancelled);
    Local.await("contexts end with their calls", without::isCancelled);
  }

  @Test
  void callbacksOfAClientRunInTheContextOfItsCall() throws Exception {
    Context.Key<String> key = Context.key("mine");
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel channel = local.channel();
    List<String> seen = new CopyOnWriteArrayList<>();
    RecordingListener<byte[]> listener =
        new RecordingListener<>() {
          @Override
          public void onMessage(byte[] message) {
            seen.add("message " + key.get());
            super.onMessage(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            seen.add("close " + key.get());
            super.onClose(status, trailers);
          }
        };

    ClientCall<byte[], byte[]> call =
        Context.current()
            .withValue(key, "value")
            .call(() -> channel.newCall(Raw.UNARY, CallOptions.DEFAULT));
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();

    listener.awaitClose();
    assertEquals(List.of("message value", "close value"), seen);
  }

  @Test
  void aCancelledContextCancelsItsCalls() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(started, cancelled))));
    ManagedChannel channel = local.channel();
    Context.CancellableContext context = Context.current().withCancellation();
    AtomicReference<RecordingListener<byte[]>> call = new AtomicReference<>();
    context.run(() -> call.set(Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT)));
    await(started);

    context.cancel(new IllegalStateException("enough"));

    assertEquals(Status.Code.CANCELLED, call.get().awaitClose().getCode());
    await(cancelled);
    assertEquals(
        Status.Code.UNIMPLEMENTED,
        Raw.unary(channel, Raw.BIDI, CallOptions.DEFAULT).awaitClose().getCode());
  }

  @Test
  void bothSidesKnowTheirPeerAndTheAddresses() throws Exception {
    BlockingQueue<Attributes> server = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    (call, headers) -> {
                      server.add(call.getAttributes());
                      call.sendHeaders(new Metadata());
                      call.sendMessage(new byte[0]);
                      call.close(Status.OK, new Metadata());
                      return new ServerCall.Listener<>() {};
                    })));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT);
    assertSame(Attributes.EMPTY, call.getAttributes());
    call.start(listener, new Metadata());
    call.request(1);
    call.sendMessage(new byte[0]);
    call.halfClose();
    listener.awaitClose();

    Attributes ofServer = server.take();
    Attributes ofClient = call.getAttributes();
    for (Attributes attributes : List.of(ofServer, ofClient)) {
      PeerCredentials peer = attributes.get(IpcAttributes.PEER_CREDENTIALS);
      assertEquals(expectedUid(), peer == null ? null : peer.uid());
      assertNotNull(attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
      assertNotNull(attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
    }
    assertEquals(local.address(), ofServer.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
    assertEquals(local.address(), ofClient.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    assertTrue(
        ofServer
            .get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
            .toString()
            .contains(local.address().toString()));
  }

  /** Whom a side sees at the other end; null where nobody has an identity. */
  @Nullable Long expectedUid() throws Exception {
    return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
  }

  // Deadline and cancel.

  @Test
  void aDeadlinePassesWhileTheServerIsSilentAndTheHandlerHearsOfIt() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<Context> context = new AtomicReference<>();
    VirtualTime time = new VirtualTime();
    local.serve(
        b ->
            time.drive(
                b.addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          context.set(Context.current());
                          return waiting(started, cancelled).startCall(call, headers);
                        }))));

    Duration timeout = Duration.ofMillis(150);
    RecordingListener<byte[]> call =
        Raw.unary(
            local.channel(b -> time.drive(b)),
            Raw.UNARY,
            CallOptions.DEFAULT.withDeadline(time.deadlineIn(timeout)));
    await(started);
    time.advance(timeout);

    Status status = call.awaitClose();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
    call.assertClosedOnce();
    await(cancelled);
    Local.await("the context is cancelled", context.get()::isCancelled);
  }

  @Test
  void onCancelRunsInAContextThatIsCancelledWithTheReason() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.BIDI,
                    (call, headers) -> {
                      started.countDown();
                      return new ServerCall.Listener<>() {
                        @Override
                        public void onCancel() {
                          Context context = Context.current();
                          seen.add(
                              context.isCancelled()
                                  + " "
                                  + Status.fromThrowable(context.cancellationCause()).getCode());
                        }
                      };
                    })));
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(new RecordingListener<>(), new Metadata());
    await(started);

    call.cancel("no more", null);

    assertEquals("true CANCELLED", seen.poll(15, TimeUnit.SECONDS));
  }

  @Test
  void aDeadlineNeedsNoServerToPass() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> call =
        Raw.unary(
            local.channel(),
            Raw.UNARY,
            CallOptions.DEFAULT.withDeadlineAfter(150, TimeUnit.MILLISECONDS));
    ScriptedPeer peer = local.closing(server.acceptAndGreet());

    RawFrame open = peer.next(FrameType.OPEN);
    RawFrame cancel = peer.next(FrameType.CANCEL);

    assertEquals(FrameType.FLAG_TIMEOUT, open.flags() & FrameType.FLAG_TIMEOUT);
    assertEquals(CancelCode.DEADLINE_EXCEEDED, cancel.cancelCode());
    Status status = call.awaitClose();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
    assertTrue(
        status.getDescription().startsWith("CallOptions deadline exceeded after 0.1"),
        status.getDescription());
    assertTrue(
        status.getDescription().contains(local.address().toString()), status.getDescription());
  }

  @Test
  void theServerKeepsTheDeadlineItself() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(started, cancelled))));
    ScriptedPeer peer = local.greetedPeer();

    peer.send(
        1,
        FrameType.OPEN,
        FrameType.FLAG_METHOD_NAME
            | FrameType.FLAG_TIMEOUT
            | FrameType.FLAG_WITH_MESSAGE
            | FrameType.FLAG_END,
        new Data().u32(0).text("raw/Unary").u64(20_000_000).u16(0).noMetadata());

    RawFrame cancel = peer.nextButWindow();
    assertEquals(CancelCode.DEADLINE_EXCEEDED, cancel.cancelCode());
    await(cancelled);
  }

  @Test
  void aDeadlineThatHasPassedNeverReachesTheServer() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(started, new CountDownLatch(1)))));
    ManagedChannel channel = local.channel();

    Status status =
        Raw.unary(
                channel,
                Raw.UNARY,
                CallOptions.DEFAULT.withDeadlineAfter(-1, TimeUnit.MILLISECONDS))
            .awaitClose();

    assertEquals(Status.Code.DEADLINE_EXCEEDED, status.getCode());
    assertTrue(
        status
            .getDescription()
            .startsWith("ClientCall started after CallOptions deadline was exceeded"),
        status.getDescription());
    assertEquals(1, started.getCount());
  }

  @Test
  void aCallThatHasEndedDoesNotMakeTheChannelConnect() throws Exception {
    ManagedChannel channel = local.channel();

    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withDeadlineAfter(-1, TimeUnit.MILLISECONDS))
        .awaitClose();

    assertEquals(io.grpc.ConnectivityState.IDLE, channel.getState(false));
  }

  @Test
  void theEarlierOfContextsAndOptionsDeadlineCounts() throws Exception {
    CountDownLatch started = new CountDownLatch(2);
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, waiting(started, new CountDownLatch(2)))));
    ManagedChannel channel = local.channel();
    var timers = Executors.newSingleThreadScheduledExecutor();
    local.closing(timers::shutdownNow);
    Context.CancellableContext soon =
        Context.current().withDeadlineAfter(50, TimeUnit.MILLISECONDS, timers);

    Status ofContext =
        soon.call(
                () ->
                    Raw.unary(
                        channel,
                        Raw.UNARY,
                        CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS)))
            .awaitClose();

    assertEquals(Status.Code.DEADLINE_EXCEEDED, ofContext.getCode(), ofContext::toString);
    soon.cancel(null);
  }

  @Test
  void aCancelReachesTheHandlerAndItsContextAtOnce() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch contextCancelled = new CountDownLatch(1);
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.BIDI,
                    (call, headers) -> {
                      Context.current()
                          .addListener(ended -> contextCancelled.countDown(), Runnable::run);
                      started.countDown();
                      return new ServerCall.Listener<>() {
                        @Override
                        public void onCancel() {
                          if (call.isCancelled()) {
                            cancelled.countDown();
                          }
                        }
                      };
                    })));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    await(started);

    call.cancel("no more", null);
    call.cancel("again", null);

    assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
    assertEquals("no more", listener.status.getDescription());
    await(contextCancelled);
    await(cancelled);
    listener.assertClosedOnce();
  }

  @Test
  void theContextOfAHandlerThatBlocksIsCancelledAtOnce() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.UNARY,
                    onMessage(
                        (call, message) -> {
                          Context.current()
                              .addListener(cancelled -> released.countDown(), Runnable::run);
                          started.countDown();
                          await(released);
                        }))));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.sendMessage(new byte[0]);
    call.halfClose();
    await(started);

    call.cancel("enough", null);

    await(released);
    assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
  }

  @Test
  void aCancelBeforeStartNeverReachesTheServer() throws Exception {
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.UNARY, CallOptions.DEFAULT);

    call.cancel("not at all", null);
    call.start(listener, new Metadata());

    assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());
    assertEquals("not at all", listener.status.getDescription());
    listener.assertClosedOnce();
    assertEquals(io.grpc.ConnectivityState.IDLE, channel.getState(false));
  }

  /** C2. */
  @Test
  void aCancelInsideOnMessageIsTheLastThingButOnClose() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ManagedChannel channel = local.channel();
    ClientCall<EchoRequest, EchoReply> call =
        channel.newCall(EchoGrpc.getServerStreamMethod(), CallOptions.DEFAULT);
    RecordingListener<EchoReply> cancelling =
        new RecordingListener<>() {
          @Override
          public void onMessage(EchoReply reply) {
            super.onMessage(reply);
            call.cancel("enough", null);
          }
        };

    call.start(cancelling, new Metadata());
    call.request(1000);
    call.sendMessage(EchoRequest.newBuilder().setCount(1000).build());
    call.halfClose();

    assertEquals(Status.Code.CANCELLED, cancelling.awaitClose().getCode());
    assertEquals(List.of("headers", "message", "close"), cancelling.events);
  }

  @Test
  void aServerMayCloseWhileTheClientStillSends() throws Exception {
    local.serve(
        b ->
            b.addService(
                Raw.service(
                    Raw.CLIENT_STREAM,
                    onMessage(
                        (call, message) -> {
                          call.sendHeaders(new Metadata());
                          call.sendMessage(message);
                          call.close(Status.OK, new Metadata());
                        }))));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call =
        local.channel().newCall(Raw.CLIENT_STREAM, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(new byte[] {1});

    assertTrue(listener.awaitClose().isOk());
    call.sendMessage(new byte[] {2});
    call.halfClose();

    assertEquals(1, listener.messages.size());
    listener.assertClosedOnce();
  }

  @Test
  void closingEarlyNeverCostsTheConnection() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    local.closing(executor::shutdownNow);
    local.serve(
        b ->
            b.executor(executor)
                .addService(
                    Raw.service(
                        Raw.CLIENT_STREAM,
                        (call, headers) -> {
                          call.close(Status.ABORTED, new Metadata());
                          return new ServerCall.Listener<>() {};
                        })));
    ManagedChannel channel = local.channel();
    for (int i = 0; i < 3_000; i++) {
      RecordingListener<byte[]> listener = new RecordingListener<>();
      ClientCall<byte[], byte[]> call = channel.newCall(Raw.CLIENT_STREAM, CallOptions.DEFAULT);
      call.start(listener, new Metadata());
      call.sendMessage(new byte[1]);
      call.halfClose();
      assertEquals(
          Status.Code.ABORTED, listener.awaitClose().getCode(), () -> "" + listener.status);
    }
  }

  // Callbacks that misbehave.

  @Test
  void aListenerThatThrowsStillGetsItsOneTerminalEvent() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ManagedChannel channel = local.channel();
    for (String where : List.of("headers", "message", "close")) {
      RecordingListener<EchoReply> listener =
          new RecordingListener<>() {
            @Override
            public void onHeaders(Metadata headers) {
              super.onHeaders(headers);
              throwIn("headers");
            }

            @Override
            public void onMessage(EchoReply message) {
              super.onMessage(message);
              throwIn("message");
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              super.onClose(status, trailers);
              throwIn("close");
            }

            private void throwIn(String here) {
              if (here.equals(where)) {
                throw new IllegalStateException("thrown in " + here);
              }
            }
          };
      ClientCall<EchoRequest, EchoReply> call =
          channel.newCall(EchoGrpc.getServerStreamMethod(), CallOptions.DEFAULT);
      call.start(listener, new Metadata());
      call.request(10);
      call.sendMessage(EchoRequest.newBuilder().setCount(5).build());
      call.halfClose();

      Status status = listener.awaitClose();
      if (where.equals("close")) {
        assertTrue(status.isOk(), status::toString);
      } else {
        assertEquals(Status.Code.CANCELLED, status.getCode());
        assertEquals("thrown in " + where, status.getCause().getMessage());
        assertEquals(where, listener.events.get(listener.events.size() - 2));
      }
      listener.assertClosedOnce();
    }
    assertEquals("x", EchoGrpc.newBlockingStub(channel).unary(request("x")).getText());
  }

  @Test
  void aChannelEndsAlsoAfterAListenerThatThrew() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, Raw.echo())));
    ManagedChannel channel = local.channel();
    RecordingListener<byte[]> listener =
        new RecordingListener<>() {
          @Override
          public void onMessage(byte[] message) {
            throw new IllegalStateException("on purpose");
          }
        };
    ClientCall<byte[], byte[]> call = channel.newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1);
    call.sendMessage(new byte[1]);
    assertEquals(Status.Code.CANCELLED, listener.awaitClose().getCode());

    channel.shutdown();

    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the call is still counted");
  }

  @Test
  void shutdownNowEndsAlsoACallWhoseRepliesNobodyTakes() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    for (int taken = 0; taken < 3; taken++) {
      ManagedChannel channel = local.channel();
      RecordingListener<EchoReply> listener = new RecordingListener<>();
      ClientCall<EchoRequest, EchoReply> call =
          channel.newCall(EchoGrpc.getServerStreamMethod(), CallOptions.DEFAULT);
      call.start(listener, new Metadata());
      call.sendMessage(EchoRequest.newBuilder().setCount(4).build());
      call.halfClose();
      call.request(taken);
      listener.awaitMessages(taken);
      // Once another call is answered, this one's close has come too.
      EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());

      channel.shutdownNow();

      assertEquals(Status.Code.UNAVAILABLE, listener.awaitClose().getCode());
      listener.assertClosedOnce();
      assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "the call is still counted");
    }
  }

  @Test
  void callbacksRunOnTheExecutorOfTheCall() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ExecutorService executor = Executors.newSingleThreadExecutor(r -> new Thread(r, "the-calls"));
    local.closing(executor::shutdownNow);
    List<String> threads = new CopyOnWriteArrayList<>();
    RecordingListener<byte[]> listener = notingThreads(threads);
    ClientCall<byte[], byte[]> call =
        local.channel().newCall(Raw.UNARY, CallOptions.DEFAULT.withExecutor(executor));
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();

    assertTrue(listener.awaitClose().isOk());
    assertEquals(List.of("the-calls", "the-calls"), threads);
  }

  @Test
  void callbacksRunOnTheExecutorOfTheChannel() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ExecutorService executor =
        Executors.newSingleThreadExecutor(r -> new Thread(r, "the-channels"));
    local.closing(executor::shutdownNow);
    List<String> threads = new CopyOnWriteArrayList<>();
    RecordingListener<byte[]> listener = notingThreads(threads);
    ClientCall<byte[], byte[]> call =
        local.channel(b -> b.executor(executor)).newCall(Raw.UNARY, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(new byte[0]);
    call.halfClose();

    assertTrue(listener.awaitClose().isOk());
    assertEquals(List.of("the-channels", "the-channels"), threads);
  }

  private static RecordingListener<byte[]> notingThreads(List<String> threads) {
    return new RecordingListener<>() {
      @Override
      public void onMessage(byte[] message) {
        threads.add(Thread.currentThread().getName());
        super.onMessage(message);
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        threads.add(Thread.currentThread().getName());
        super.onClose(status, trailers);
      }
    };
  }

  @Test
  void anExecutorThatRefusesDoesNotCostTheTerminalEvent() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("shut down");
        };

    RecordingListener<byte[]> call =
        Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT.withExecutor(refusing));

    assertTrue(call.awaitClose().isOk());
    call.assertClosedOnce();
  }

  @Test
  void aHandlerExecutorThatRefusesDoesNotCostTheCall() throws Exception {
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("shut down");
        };
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())).executor(refusing));

    assertTrue(Raw.unary(local.channel(), Raw.UNARY, CallOptions.DEFAULT).awaitClose().isOk());
  }

  // Flow control of a single call.

  @Test
  void onReadyComesOnceACallThatSendsManyIsOnTheWire() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, Raw.echo())));
    RecordingListener<byte[]> listener = new RecordingListener<>();

    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());

    listener.awaitReady();
    assertTrue(call.isReady());
  }

  @Test
  void messagesComeOnlyAsRequested() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    RecordingListener<EchoReply> listener = new RecordingListener<>();
    ClientCall<EchoRequest, EchoReply> call =
        local.channel().newCall(EchoGrpc.getServerStreamMethod(), CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.sendMessage(EchoRequest.newBuilder().setCount(5).build());
    call.halfClose();

    call.request(2);
    listener.awaitMessages(2);
    call.request(1);
    listener.awaitMessages(1);
    assertEquals(3, listener.messages.size());
    assertFalse(listener.isClosed());
    call.request(2);

    assertTrue(listener.awaitClose().isOk());
    assertEquals(5, listener.messages.size());
  }

  // Stubs and threads.

  @Test
  void aFutureStubIsAnswered() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel();
    List<ListenableFuture<EchoReply>> replies = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      replies.add(EchoGrpc.newFutureStub(channel).unary(request("f" + i)));
    }
    for (int i = 0; i < 200; i++) {
      assertEquals("f" + i, replies.get(i).get(15, TimeUnit.SECONDS).getText());
    }
  }

  @Test
  void manyThreadsShareOneConnection() throws Exception {
    local.serveEcho();
    EchoGrpc.EchoBlockingStub stub = stub();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    local.closing(threads::shutdownNow);
    List<Future<Integer>> results = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      int number = thread;
      results.add(
          threads.submit(
              () -> {
                int right = 0;
                for (int i = 0; i < 500; i++) {
                  String text = number + "/" + i;
                  right += stub.unary(request(text)).getText().equals(text) ? 1 : 0;
                }
                return right;
              }));
    }
    for (Future<Integer> result : results) {
      assertEquals(500, result.get(25, TimeUnit.SECONDS));
    }
  }

  @Test
  void messagesNeedNoProtobufAndNoStub() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, Raw.echo())));
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(3);
    for (String text : List.of("a", "", "\u4e2d")) {
      call.sendMessage(text.getBytes(UTF_8));
    }
    call.halfClose();

    assertTrue(listener.awaitClose().isOk());
    assertEquals(
        List.of("a", "", "\u4e2d"),
        listener.messages.stream().map(bytes -> new String(bytes, UTF_8)).toList());
  }

  @Test
  void aRequestOverTheServersLimitIsRefused() throws Exception {
    local.serve(b -> b.addService(new EchoService()).maxInboundMessageSize(1000));
    EchoGrpc.EchoBlockingStub stub = stub();
    EchoRequest large =
        EchoRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[1000])).build();

    StatusRuntimeException thrown =
        assertThrows(StatusRuntimeException.class, () -> stub.unary(large));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, thrown.getStatus().getCode());
    assertTrue(thrown.getMessage().contains("exceeds maximum"), thrown.getMessage());
    assertEquals("x", stub.unary(request("x")).getText());
  }

  @Test
  void aReplyOverTheClientsLimitIsRefused() throws Exception {
    local.serveEcho();
    ManagedChannel channel = local.channel(b -> b.maxInboundMessageSize(1000));
    EchoRequest large =
        EchoRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[1000])).build();

    StatusRuntimeException thrown =
        assertThrows(
            StatusRuntimeException.class, () -> EchoGrpc.newBlockingStub(channel).unary(large));

    assertEquals(Status.Code.RESOURCE_EXHAUSTED, thrown.getStatus().getCode());
    assertTrue(thrown.getMessage().contains("exceeds maximum"), thrown.getMessage());
    EchoReply reply =
        EchoGrpc.newBlockingStub(channel).withMaxInboundMessageSize(2000).unary(large);
    assertEquals(1000, reply.getPayload().size());
  }

  @Test
  void aRequestOverTheCallsOwnLimitIsNotSent() throws Exception {
    local.serveEcho();
    EchoGrpc.EchoBlockingStub stub = stub().withMaxOutboundMessageSize(10);

    StatusRuntimeException thrown =
        assertThrows(StatusRuntimeException.class, () -> stub.unary(request("x".repeat(50))));

    assertEquals(Status.Code.CANCELLED, thrown.getStatus().getCode());
    assertTrue(
        thrown.getCause().getMessage().contains("message too large"), thrown.getCause().toString());
    assertEquals("x", stub.unary(request("x")).getText());
  }

  // Helpers.

  private EchoGrpc.EchoBlockingStub stub() {
    return EchoGrpc.newBlockingStub(local.channel()).withDeadlineAfter(25, TimeUnit.SECONDS);
  }

  static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private static <T> List<T> list(Iterable<T> values) {
    List<T> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }

  /** What a handler does with a message. */
  interface OnMessage {
    void onMessage(ServerCall<byte[], byte[]> call, byte[] message);
  }

  static ServerCallHandler<byte[], byte[]> onMessage(OnMessage action) {
    return (call, headers) -> {
      call.request(2);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          action.onMessage(call, message);
        }
      };
    };
  }

  /** A handler that never answers. */
  private static ServerCallHandler<byte[], byte[]> waiting(
      CountDownLatch started, CountDownLatch cancelled) {
    return (call, headers) -> {
      started.countDown();
      return new ServerCall.Listener<>() {
        @Override
        public void onCancel() {
          cancelled.countDown();
        }
      };
    };
  }
}
