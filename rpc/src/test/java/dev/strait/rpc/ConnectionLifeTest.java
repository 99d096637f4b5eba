package dev.strait.rpc;

import static dev.strait.rpc.Local.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.EchoGrpc;
import dev.strait.rpc.testing.EchoReply;
import dev.strait.rpc.testing.EchoRequest;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientTransportFilter;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How long a server keeps connections, what it lets them ping, and who is asked and told. */
final class ConnectionLifeTest {
  private static final Attributes.Key<String> COLOR = Attributes.Key.create("color");

  @RegisterExtension final Local local = Local.unix();

  // L3

  @Test
  void aPeerThatPingsTooOftenIsClosedWithTheReason() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ScriptedPeer peer = local.greetedPeer();

    for (int i = 0; i < 4; i++) {
      long payload = i;
      peer.send(out -> Frames.ping(out, payload, false));
    }

    expectPongs(peer, 3);
    RawFrame goAway = peer.next(FrameType.GO_AWAY);
    assertEquals(GoAwayReason.LIMIT_EXCEEDED, goAway.goAwayReason());
    assertTrue(goAway.text().contains("too many pings"), goAway.text());
    peer.expectEnd();
    assertServes();
  }

  @Test
  void threePingsInARowAreNoFlood() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ScriptedPeer peer = local.greetedPeer();

    for (int i = 0; i < 3; i++) {
      long payload = i;
      peer.send(out -> Frames.ping(out, payload, false));
      assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
    }

    peer.unary(1, "strait.test.Echo/Unary");
    assertEquals(Status.Code.OK.value(), peer.nextButWindow().statusCode());
  }

  @Test
  void pingsMayComeAsOftenAsTheServerPermits() throws Exception {
    local.serve(
        b ->
            b.addService(new EchoService())
                .permitKeepAliveTime(0, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true));
    ScriptedPeer peer = local.greetedPeer();

    for (int i = 0; i < 100; i++) {
      long payload = i;
      peer.send(out -> Frames.ping(out, payload, false));
      assertEquals(payload, peer.next(FrameType.PING).in().getLong());
    }
  }

  @Test
  void whilePingsGoUnpermittedWithoutCallsTheTimeBetweenThemIsTwoHours() throws Exception {
    local.serve(b -> b.addService(new EchoService()).permitKeepAliveTime(0, TimeUnit.SECONDS));
    ScriptedPeer peer = local.greetedPeer();

    for (int i = 0; i < 4; i++) {
      peer.send(out -> Frames.ping(out, 1, false));
    }

    expectPongs(peer, 3);
    assertTrue(peer.next(FrameType.GO_AWAY).text().contains("7200000 ms"));
  }

  @Test
  void theTimeThatAPingTookIsKnownOnBothSides() throws Exception {
    CompletableFuture<PeerChannel> client = new CompletableFuture<>();
    CountDownLatch done = new CountDownLatch(1);
    local.serve(
        b ->
            b.keepAliveTime(1, TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(0, TimeUnit.SECONDS)
                .addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        client.complete(PeerChannel.current());
                        await(done);
                        super.unary(request, replies);
                      }
                    }));
    ManagedChannel channel = local.channel(b -> b.keepAliveTime(1, TimeUnit.MILLISECONDS));
    ClientCall<EchoRequest, EchoReply> call =
        channel.newCall(EchoGrpc.getUnaryMethod(), CallOptions.DEFAULT);
    RecordingListener<EchoReply> listener = new RecordingListener<>();
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(EchoRequest.getDefaultInstance());
    call.halfClose();
    PeerChannel ofServer = client.get(15, TimeUnit.SECONDS);
    PeerChannel ofClient = call.getAttributes().get(IpcAttributes.PEER_CHANNEL);

    for (PeerChannel peer : List.of(ofServer, ofClient)) {
      Local.await("a ping was answered", () -> peer.lastRoundTrip().isPresent());
      Optional<Duration> time = peer.lastRoundTrip();
      assertTrue(time.get().compareTo(Duration.ZERO) > 0, time::toString);
    }
    done.countDown();
    assertEquals(Status.Code.OK, listener.awaitClose().getCode());
  }

  // Age and idleness

  @Test
  void aConnectionThatIsIdleIsGivenUp() throws Exception {
    local.serve(b -> b.addService(new EchoService()).maxConnectionIdle(20, TimeUnit.MILLISECONDS));
    ManagedChannel channel = local.channel();
    EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());

    Local.await("the channel is idle", () -> channel.getState(false) == ConnectivityState.IDLE);
    EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());
  }

  @Test
  void aChannelWithoutCallsGivesItsConnectionUp() throws Exception {
    local.serve(b -> b.addService(new EchoService()));
    ManagedChannel channel = local.channel(b -> b.idleTimeout(20, TimeUnit.MILLISECONDS));
    assertServes(channel);

    Local.await("the channel is idle", () -> channel.getState(false) == ConnectivityState.IDLE);
    assertServes(channel);
  }

  @Test
  void whatTheServerCallsKeepsTheChannelFromIdling() throws Exception {
    CompletableFuture<Future<EchoReply>> calledBack = new CompletableFuture<>();
    CountDownLatch done = new CountDownLatch(1);
    local.serve(
        b ->
            b.addService(
                new EchoService() {
                  @Override
                  public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                    // Before the answer, so that there is always an open call.
                    Context.current()
                        .fork()
                        .run(
                            () ->
                                calledBack.complete(
                                    EchoGrpc.newFutureStub(PeerChannel.current())
                                        .unary(EchoRequest.getDefaultInstance())));
                    super.unary(request, replies);
                  }
                }));
    ManagedChannel busy =
        local.channel(b -> b.idleTimeout(1, TimeUnit.MILLISECONDS).addService(new Blocking(done)));
    EchoGrpc.newBlockingStub(busy).unary(EchoRequest.getDefaultInstance());
    Future<EchoReply> reply = calledBack.get(15, TimeUnit.SECONDS);

    ManagedChannel idle = local.channel(b -> b.idleTimeout(1, TimeUnit.MILLISECONDS));
    assertServes(idle);
    Local.await("the other one is idle", () -> idle.getState(false) == ConnectivityState.IDLE);

    assertFalse(reply.isDone());
    done.countDown();
    assertNotNull(reply.get(15, TimeUnit.SECONDS));
  }

  @Test
  void withKeepAliveWithoutCallsAChannelPingsWithoutCalls() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    ManagedChannel channel =
        local.channel(b -> b.keepAliveTime(1, TimeUnit.MILLISECONDS).keepAliveWithoutCalls(true));
    channel.getState(true);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());

    assertEquals(0, peer.next(FrameType.PING).flags());
  }

  @Test
  void aConnectionWithAnOpenCallIsNotIdle() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Blocking service = new Blocking(done);
    local.serve(b -> b.addService(service).maxConnectionIdle(20, TimeUnit.MILLISECONDS));
    ManagedChannel channel = local.channel();
    var reply = EchoGrpc.newFutureStub(channel).unary(EchoRequest.getDefaultInstance());
    assertTrue(service.began.await(15, TimeUnit.SECONDS));
    ScriptedPeer clock = local.greetedPeer();
    // Idle from the start, it is told so when the time is long over for the other one as well.
    assertEquals(GoAwayReason.IDLE, clock.next(FrameType.GO_AWAY).goAwayReason());

    assertEquals(ConnectivityState.READY, channel.getState(false));
    done.countDown();
    assertNotNull(reply.get(15, TimeUnit.SECONDS));
  }

  /** L4. */
  @Test
  void connectionsOfAgeLoseNoCall() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    Set<Object> connections = ConcurrentHashMap.newKeySet();
    local.serve(
        b ->
            b.maxConnectionAge(20, TimeUnit.MILLISECONDS)
                .addService(
                    new EchoService() {
                      @Override
                      public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
                        handled.incrementAndGet();
                        connections.add(PeerChannel.current());
                        super.unary(request, replies);
                      }
                    }));
    ManagedChannel channel = local.channel();
    List<RecordingListener<EchoReply>> replies = new ArrayList<>();
    List<ClientCall<EchoRequest, EchoReply>> streams = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      RecordingListener<EchoReply> listener = new RecordingListener<>();
      ClientCall<EchoRequest, EchoReply> call =
          channel.newCall(EchoGrpc.getBidiStreamMethod(), CallOptions.DEFAULT);
      call.start(listener, new Metadata());
      call.request(1000);
      call.sendMessage(EchoRequest.getDefaultInstance());
      replies.add(listener);
      streams.add(call);
    }
    int calls = 0;
    while (connections.size() < 5) {
      EchoGrpc.newBlockingStub(channel).unary(EchoRequest.getDefaultInstance());
      calls++;
    }
    for (int i = 0; i < 100; i++) {
      streams.get(i).sendMessage(EchoRequest.getDefaultInstance());
      streams.get(i).halfClose();
      assertEquals(Status.Code.OK, replies.get(i).awaitClose().getCode());
      assertEquals(2, replies.get(i).messages.size());
      replies.get(i).assertClosedOnce();
    }
    assertEquals(calls, handled.get());
  }

  @Test
  void aStreamThatWasNotProcessedIsSentAgainWithItsMessagesInOrder() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1);
    ScriptedPeer first = local.closing(server.acceptAndGreet());
    first.next(FrameType.OPEN);
    call.sendMessage(new byte[] {1});
    call.sendMessage(new byte[] {2});
    call.sendMessage(new byte[Limits.DEFAULTS.streamWindowBytes()]);
    call.halfClose();
    assertEquals(1, first.next(FrameType.MESSAGE).data()[0]);
    assertEquals(2, first.next(FrameType.MESSAGE).data()[0]);
    // And the third has begun.
    first.next(FrameType.MESSAGE);

    first.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "not processed"));

    ScriptedPeer second = local.closing(server.acceptAndGreet());
    RawFrame open = second.next(FrameType.OPEN);
    assertEquals(1, second.next(FrameType.MESSAGE).data()[0]);
    assertEquals(2, second.next(FrameType.MESSAGE).data()[0]);
    RawFrame third = second.next(FrameType.MESSAGE);
    assertEquals(FrameType.FLAG_MORE, third.flags());
    assertEquals(Limits.DEFAULTS.streamWindowBytes(), third.in().getInt());
    second.send(open.streamId(), FrameType.CLOSE, 0, new Data().u8(10).u16(0).noMetadata());
    assertEquals(Status.Code.ABORTED, listener.awaitClose().getCode());
  }

  /** It may have made calls already, which the server says it has not processed. */
  @Test
  void aClientThatHasNotSaidHelloYetIsToldOfAShutdown() throws Exception {
    Server server = local.serve(b -> b.addService(new EchoService()));
    ScriptedPeer peer = local.peer();
    assertEquals(FrameType.HELLO, peer.next().type());

    server.shutdown();

    RawFrame goAway = peer.next(FrameType.GO_AWAY);
    assertEquals(GoAwayReason.SHUTDOWN, goAway.goAwayReason());
    assertEquals(0, goAway.lastStreamId());
    peer.expectEnd();
    assertTrue(server.awaitTermination(15, TimeUnit.SECONDS));
  }

  @Test
  void aStreamThatTheServerHasAnsweredIsNotSentAgain() throws Exception {
    ScriptedPeer.Listening server = local.listen();
    RecordingListener<byte[]> listener = new RecordingListener<>();
    ClientCall<byte[], byte[]> call = local.channel().newCall(Raw.BIDI, CallOptions.DEFAULT);
    call.start(listener, new Metadata());
    call.request(1);
    ScriptedPeer peer = local.closing(server.acceptAndGreet());
    RawFrame open = peer.next(FrameType.OPEN);
    peer.send(open.streamId(), FrameType.HEADERS, 0, new Data().noMetadata());

    // Which is a lie, since it has answered.
    peer.send(out -> Frames.goAway(out, GoAwayReason.SHUTDOWN, 0, "not processed"));

    assertEquals(Status.Code.UNAVAILABLE, listener.awaitClose().getCode());
  }

  @Test
  void whenTheGraceIsOverOpenCallsEnd() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    local.serve(
        b ->
            b.addService(new Blocking(done))
                .maxConnectionAge(1, TimeUnit.MILLISECONDS)
                .maxConnectionAgeGrace(1, TimeUnit.MILLISECONDS));
    RecordingListener<byte[]> call =
        Raw.unary(local.channel(), BLOCKING_UNARY, CallOptions.DEFAULT.withWaitForReady());

    assertEquals(Status.Code.UNAVAILABLE, call.awaitClose().getCode());
    done.countDown();
  }

  // Filters

  @Test
  void filtersOfAServerDecideAboutTheAttributesAndHearOfTheEnd() throws Exception {
    CompletableFuture<Attributes> ended = new CompletableFuture<>();
    CompletableFuture<Attributes> seenByCall = new CompletableFuture<>();
    CompletableFuture<Attributes> seenBySecond = new CompletableFuture<>();
    local.serve(
        b ->
            b.addTransportFilter(
                    new ServerTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        return attributes.toBuilder().set(COLOR, "red").build();
                      }

                      @Override
                      public void transportTerminated(Attributes attributes) {
                        ended.complete(attributes);
                      }
                    })
                .addTransportFilter(
                    new ServerTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        seenBySecond.complete(attributes);
                        return attributes;
                      }
                    })
                .addService(
                    Raw.service(
                        Raw.UNARY,
                        (call, headers) -> {
                          seenByCall.complete(call.getAttributes());
                          call.close(Status.ABORTED, new Metadata());
                          return new ServerCall.Listener<>() {};
                        })));
    ManagedChannel channel = local.channel();
    Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT).awaitClose();

    Attributes ofCall = seenByCall.get(15, TimeUnit.SECONDS);
    assertEquals("red", ofCall.get(COLOR));
    assertEquals("red", seenBySecond.get(15, TimeUnit.SECONDS).get(COLOR));
    assertNotNull(ofCall.get(IpcAttributes.PEER_CREDENTIALS));
    assertFalse(ended.isDone());
    channel.shutdownNow();
    assertEquals("red", ended.get(15, TimeUnit.SECONDS).get(COLOR));
  }

  @Test
  void aFilterMayBlockAndCallTheClientWhoseCallsWait() throws Exception {
    CompletableFuture<String> answer = new CompletableFuture<>();
    local.serve(
        b ->
            b.addService(new EchoService())
                .addTransportFilter(
                    new ServerTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        PeerChannel client = attributes.get(IpcAttributes.PEER_CHANNEL);
                        answer.complete(
                            EchoGrpc.newBlockingStub(client)
                                .unary(EchoRequest.newBuilder().setText("who?").build())
                                .getText());
                        return attributes.toBuilder().set(COLOR, "blue").build();
                      }
                    })
                .intercept(
                    new io.grpc.ServerInterceptor() {
                      @Override
                      public <A, B> ServerCall.Listener<A> interceptCall(
                          ServerCall<A, B> call,
                          Metadata headers,
                          io.grpc.ServerCallHandler<A, B> next) {
                        assertEquals("blue", call.getAttributes().get(COLOR));
                        return next.startCall(call, headers);
                      }
                    }));
    ManagedChannel channel = local.channel(b -> b.addService(new EchoService()));

    assertServes(channel);
    assertEquals("who?", answer.get(15, TimeUnit.SECONDS));
  }

  @Test
  void aFilterThatIsAskedWhileTheConnectionEndsHearsOfThatToo() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    local.serve(
        b ->
            b.addService(new EchoService())
                .addTransportFilter(
                    new ServerTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        asked.countDown();
                        await(goOn);
                        return attributes;
                      }

                      @Override
                      public void transportTerminated(Attributes attributes) {
                        told.countDown();
                      }
                    }));
    ScriptedPeer peer = local.greetedPeer();
    assertTrue(asked.await(15, TimeUnit.SECONDS));

    peer.close();
    goOn.countDown();

    assertTrue(told.await(15, TimeUnit.SECONDS));
  }

  @Test
  void callsThatEndWhileAFilterIsAskedLeaveNothingBehind() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    Server server =
        local.serve(
            b ->
                b.addService(
                        new EchoService() {
                          @Override
                          public void unary(
                              EchoRequest request, StreamObserver<EchoReply> replies) {
                            handled.add(request.getText());
                            super.unary(request, replies);
                          }
                        })
                    .addTransportFilter(
                        new ServerTransportFilter() {
                          @Override
                          public Attributes transportReady(Attributes attributes) {
                            await(goOn);
                            return attributes;
                          }
                        }));
    ScriptedPeer peer = local.greetedPeer();
    for (int id = 1; id < 200; id += 2) {
      int cancelled = id;
      peer.unary(id, "strait.test.Echo/Unary");
      peer.send(out -> Frames.cancel(out, cancelled, CancelCode.CANCELLED, ""));
    }
    peer.unary(201, "strait.test.Echo/Unary");
    Local.await("they have come", () -> IpcCounters.of(server).callsTaken() == 101);
    goOn.countDown();

    assertEquals(Status.Code.OK.value(), peer.nextButWindow().statusCode());
    assertEquals(1, handled.size());
  }

  @Test
  void aFilterThatThrowsEndsThatConnection() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    local.serve(
        b ->
            b.addService(new EchoService())
                .addTransportFilter(
                    new ServerTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        if (asked.getAndIncrement() == 0) {
                          throw new IllegalStateException("on purpose");
                        }
                        return attributes;
                      }
                    }));
    ScriptedPeer peer = local.greetedPeer();

    assertEquals(GoAwayReason.INTERNAL_ERROR, peer.next(FrameType.GO_AWAY).goAwayReason());
    peer.expectEnd();
    assertServes();
  }

  @Test
  void filtersOfAChannelAreAskedBeforeItsCallsAndToldOfTheEnd() throws Exception {
    CompletableFuture<Attributes> ended = new CompletableFuture<>();
    local.serve(b -> b.addService(new EchoService()));
    ManagedChannel channel =
        local.channel(
            b ->
                b.addTransportFilter(
                    new ClientTransportFilter() {
                      @Override
                      public Attributes transportReady(Attributes attributes) {
                        return attributes.toBuilder().set(COLOR, "green").build();
                      }

                      @Override
                      public void transportTerminated(Attributes attributes) {
                        ended.complete(attributes);
                      }
                    }));
    ClientCall<EchoRequest, EchoReply> call =
        channel.newCall(EchoGrpc.getUnaryMethod(), CallOptions.DEFAULT);
    RecordingListener<EchoReply> listener = new RecordingListener<>();
    call.start(listener, new Metadata());
    call.request(2);
    call.sendMessage(EchoRequest.getDefaultInstance());
    call.halfClose();
    assertEquals(Status.Code.OK, listener.awaitClose().getCode());

    assertEquals("green", call.getAttributes().get(COLOR));
    channel.shutdownNow();
    assertSame("green", ended.get(15, TimeUnit.SECONDS).get(COLOR));
  }

  private static final io.grpc.MethodDescriptor<byte[], byte[]> BLOCKING_UNARY =
      Raw.UNARY.toBuilder().setFullMethodName("strait.test.Echo/Unary").build();

  /** Answers when it is told to. */
  private static final class Blocking extends EchoService {
    final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch done;

    Blocking(CountDownLatch done) {
      this.done = done;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoReply> replies) {
      began.countDown();
      await(done);
      super.unary(request, replies);
    }
  }

  private static void expectPongs(ScriptedPeer peer, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      assertEquals(FrameType.FLAG_PONG, peer.next(FrameType.PING).flags());
    }
  }

  private void assertServes() {
    assertServes(local.channel());
  }

  private static void assertServes(ManagedChannel channel) {
    EchoRequest request = EchoRequest.newBuilder().setText("x").build();
    assertEquals("x", EchoGrpc.newBlockingStub(channel).unary(request).getText());
  }
}
