package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What stubs offer beyond {@link StreamObserver}: flow control by hand, and the ends of calls. */
final class ObserversTest extends OnEachWire {
  private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[10_000]);

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private String event() throws InterruptedException {
    return events.poll(20, TimeUnit.SECONDS);
  }

  /** Takes its replies one by one. */
  private final class ByHand implements ClientResponseObserver<Word, Word> {
    ClientCallStreamObserver<Word> call;

    @Override
    @SuppressWarnings("deprecation") // The old name, which much code still uses.
    public void beforeStart(ClientCallStreamObserver<Word> started) {
      call = started;
      call.disableAutoInboundFlowControl();
    }

    @Override
    public void onNext(Word word) {
      events.add(word.getText());
    }

    @Override
    public void onError(Throwable t) {
      events.add(Status.fromThrowable(t).getCode().toString());
    }

    @Override
    public void onCompleted() {
      events.add("completed");
    }
  }

  @Test
  void aClientTakesItsRepliesOneByOne() throws Exception {
    ByHand replies = new ByHand();
    ParrotGrpc.newStub(channelTo(new Parrot()))
        .repeat(Word.newBuilder().setText("a").setTimes(3).build(), replies);

    // One is requested by the start.
    for (int i = 0; i < 3; i++) {
      if (i > 0) {
        replies.call.request(1);
      }
      assertEquals("a" + i, event());
      assertTrue(i == 2 || events.isEmpty(), () -> "more came: " + events);
    }
    assertEquals("completed", event());
  }

  @Test
  void aServerTakesItsRequestsOneByOne() throws Exception {
    BlockingQueue<ServerCallStreamObserver<Word>> calls = new LinkedBlockingQueue<>();
    Channel channel =
        channelTo(
            new ParrotGrpc.ParrotImplBase() {
              @Override
              @SuppressWarnings("deprecation")
              public StreamObserver<Word> chat(StreamObserver<Word> replies) {
                var call = (ServerCallStreamObserver<Word>) replies;
                call.disableAutoInboundFlowControl();
                calls.add(call);
                return new StreamObserver<>() {
                  @Override
                  public void onNext(Word word) {
                    events.add(word.getText());
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {
                    events.add("half-closed");
                    call.onCompleted();
                  }
                };
              }
            });
    Replies<Word> replies = new Replies<>();
    StreamObserver<Word> requests = ParrotGrpc.newStub(channel).chat(replies);
    requests.onNext(Parrot.word("a"));
    requests.onNext(Parrot.word("b"));
    requests.onCompleted();
    ServerCallStreamObserver<Word> call = calls.poll(20, TimeUnit.SECONDS);

    call.request(1);
    assertEquals("a", event());
    assertEquals(0, events.size());
    call.request(1);
    assertEquals("b", event());
    assertEquals("half-closed", event());
    replies.assertCompleted();
  }

  /** Sends as long as the call is ready, from the handler that says it is again. */
  private static final class AsReady extends ParrotGrpc.ParrotImplBase {
    final AtomicInteger sent = new AtomicInteger();

    @Override
    public void repeat(Word request, StreamObserver<Word> replies) {
      var call = (ServerCallStreamObserver<Word>) replies;
      call.setOnReadyHandler(
          () -> {
            while (call.isReady() && sent.get() < request.getTimes()) {
              int n = sent.getAndIncrement();
              call.onNext(
                  Word.newBuilder().setText("" + n).setTimes(n).setPayload(PAYLOAD).build());
              if (n + 1 == request.getTimes()) {
                call.onCompleted();
              }
            }
          });
    }
  }

  @Test
  void aServerThatSendsAsReadyWaitsForASlowClient() throws Exception {
    AsReady service = new AsReady();
    ByHand replies = new ByHand();
    int all = 5_000;

    ParrotGrpc.newStub(channelTo(service)).repeat(Word.newBuilder().setTimes(all).build(), replies);
    assertEquals("0", event());
    assertTrue(service.sent.get() < all / 2, () -> "sent " + service.sent);

    replies.call.request(all);
    for (int i = 1; i < all; i++) {
      assertEquals("" + i, event());
    }
    assertEquals("completed", event());
    assertEquals(all, service.sent.get());
  }

  @Test
  void aClientThatSendsAsReadyWaitsForASlowServer() throws Exception {
    CompletableFuture<ServerCallStreamObserver<Word>> calls = new CompletableFuture<>();
    int all = 5_000;
    Channel channel =
        channelTo(
            new ParrotGrpc.ParrotImplBase() {
              @Override
              public StreamObserver<Word> join(StreamObserver<Word> replies) {
                var call = (ServerCallStreamObserver<Word>) replies;
                call.disableAutoRequest();
                calls.complete(call);
                AtomicInteger taken = new AtomicInteger();
                return new StreamObserver<>() {
                  @Override
                  public void onNext(Word word) {
                    taken.incrementAndGet();
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {
                    call.onNext(Parrot.word("took " + taken));
                    call.onCompleted();
                  }
                };
              }
            });
    AtomicInteger sent = new AtomicInteger();
    CountDownLatch heldUp = new CountDownLatch(1);
    ParrotGrpc.newStub(channel)
        .join(
            new ClientResponseObserver<Word, Word>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<Word> call) {
                call.setOnReadyHandler(
                    () -> {
                      while (call.isReady() && sent.get() < all) {
                        call.onNext(Word.newBuilder().setPayload(PAYLOAD).build());
                        if (sent.incrementAndGet() == all) {
                          call.onCompleted();
                        }
                      }
                      heldUp.countDown();
                    });
              }

              @Override
              public void onNext(Word word) {
                events.add(word.getText());
              }

              @Override
              public void onError(Throwable t) {
                events.add(t.toString());
              }

              @Override
              public void onCompleted() {
                events.add("completed");
              }
            });

    assertTrue(heldUp.await(20, TimeUnit.SECONDS), "onReady is told");
    ServerCallStreamObserver<Word> call = calls.get(20, TimeUnit.SECONDS);
    assertTrue(sent.get() < all / 2, () -> "sent " + sent);
    call.request(all + 1);
    assertEquals("took " + all, event());
    assertEquals("completed", event());
  }

  @Test
  void theCancelHandlerRunsWhenTheClientCancels() throws Exception {
    Channel channel = channelTo(new Ends());
    ByHand replies = new ByHand();
    ParrotGrpc.newStub(channel).repeat(Parrot.word("never ends"), replies);
    assertEquals("started", event());

    replies.call.cancel("enough", null);

    assertEquals(Set.of("CANCELLED", "server cancelled"), Set.of(event(), event()));
    assertEquals(0, events.size());
  }

  @Test
  void theCloseHandlerRunsWhenTheReplyIsOnItsWay() throws Exception {
    Channel channel = channelTo(new Ends());

    assertEquals("a", ParrotGrpc.newBlockingStub(channel).say(Parrot.word("a")).getText());

    assertEquals("server closed", event());
    assertEquals(0, events.size());
  }

  /** Tells how its calls end. */
  private final class Ends extends ParrotGrpc.ParrotImplBase {
    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      handlers(replies);
      replies.onNext(request);
      replies.onCompleted();
    }

    @Override
    public void repeat(Word request, StreamObserver<Word> replies) {
      handlers(replies);
      replies.onNext(Parrot.word("started"));
    }

    private void handlers(StreamObserver<Word> replies) {
      var call = (ServerCallStreamObserver<Word>) replies;
      call.setOnCancelHandler(
          () -> {
            assertTrue(call.isCancelled());
            events.add("server cancelled");
          });
      call.setOnCloseHandler(() -> events.add("server closed"));
    }
  }

  @Test
  void aCallThatWaitsForReadyIsAnsweredByAServerThatStartsLater() throws Exception {
    Server first = serve(new Parrot());
    SocketAddress address = first.getListenSockets().get(0);
    Channel channel = channelTo(first);
    first.shutdownNow().awaitTermination();
    Replies<Word> failing = new Replies<>();
    ParrotGrpc.newStub(channel).say(Parrot.word("a"), failing);
    assertEquals(Status.Code.UNAVAILABLE, failing.failure().getCode());

    Replies<Word> waiting = new Replies<>();
    ParrotGrpc.newStub(channel).withWaitForReady().say(Parrot.word("a"), waiting);
    assertEquals(0, waiting.waiting());
    serve(address, b -> b.addService(new Parrot()));

    assertEquals("a", waiting.next().getText());
    waiting.assertCompleted();
  }
}
