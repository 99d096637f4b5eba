package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.salesforce.reactorgrpc.stub.ClientCalls;
import com.salesforce.reactorgrpc.stub.ServerCalls;
import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Salesforce's stubs for Reactor, on both sides. */
final class ReactorTest extends OnEachWire {
  private static final Duration HANG = Duration.ofSeconds(20);
  private static final int PLENTY = 100_000;
  private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[1024]);

  private final AtomicInteger produced = new AtomicInteger();
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private ParrotGrpc.ParrotStub stub;

  /** What reactor-grpc would generate for the server. */
  private final class ReactiveParrot extends ParrotGrpc.ParrotImplBase {
    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      ServerCalls.oneToOne(request, replies, Mono::just, ServerCalls::prepareError);
    }

    @Override
    public void repeat(Word request, StreamObserver<Word> replies) {
      ServerCalls.oneToMany(request, replies, this::numbers, ServerCalls::prepareError);
    }

    private Flux<Word> numbers(Word request) {
      return request.getTimes() < 0
          ? Flux.error(Status.OUT_OF_RANGE.withDescription("below 0").asRuntimeException())
          : Flux.range(0, request.getTimes())
              .doOnNext(n -> produced.incrementAndGet())
              .doOnCancel(cancelled::countDown)
              .map(n -> Word.newBuilder().setTimes(n).setPayload(PAYLOAD).build());
    }

    @Override
    public StreamObserver<Word> join(StreamObserver<Word> replies) {
      return ServerCalls.manyToOne(
          replies,
          (Flux<Word> words) -> words.map(Word::getText).reduce(String::concat).map(Parrot::word),
          ServerCalls::prepareError,
          CallOptions.DEFAULT);
    }

    @Override
    public StreamObserver<Word> chat(StreamObserver<Word> replies) {
      return ServerCalls.manyToMany(
          replies, (Flux<Word> words) -> words, ServerCalls::prepareError, CallOptions.DEFAULT);
    }
  }

  @BeforeEach
  void serve() throws Exception {
    stub = ParrotGrpc.newStub(channelTo(new ReactiveParrot()));
  }

  private Flux<Word> repeat(int times) {
    return ClientCalls.oneToMany(
        Mono.just(Word.newBuilder().setTimes(times).build()), stub::repeat, CallOptions.DEFAULT);
  }

  @Test
  void oneToOne() {
    assertEquals(
        "a",
        ClientCalls.oneToOne(Mono.just(Parrot.word("a")), stub::say, CallOptions.DEFAULT)
            .block(HANG)
            .getText());
  }

  @Test
  void oneToMany() {
    assertEquals(List.of(0, 1, 2), repeat(3).map(Word::getTimes).collectList().block(HANG));
  }

  @Test
  void manyToOne() {
    assertEquals(
        "abc",
        ClientCalls.manyToOne(
                Flux.just("a", "b", "c").map(Parrot::word), stub::join, CallOptions.DEFAULT)
            .block(HANG)
            .getText());
  }

  @Test
  void manyToMany() {
    assertEquals(
        List.of("a", "b", "c"),
        ClientCalls.manyToMany(
                Flux.just("a", "b", "c").map(Parrot::word), stub::chat, CallOptions.DEFAULT)
            .map(Word::getText)
            .collectList()
            .block(HANG));
  }

  @Test
  void anErrorIsAStatus() {
    var e = assertThrows(StatusRuntimeException.class, () -> repeat(-1).blockLast(HANG));

    assertEquals(Status.Code.OUT_OF_RANGE, e.getStatus().getCode());
    assertEquals("below 0", e.getStatus().getDescription());
  }

  @Test
  void theServerProducesNoMoreThanTheSubscriberWants() throws Exception {
    BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    BaseSubscriber<Word> subscriber =
        new BaseSubscriber<>() {
          @Override
          protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(10);
          }

          @Override
          protected void hookOnNext(Word word) {
            received.add(word.getTimes());
          }
        };
    repeat(PLENTY).subscribe(subscriber);
    for (int i = 0; i < 10; i++) {
      assertEquals(i, received.poll(20, TimeUnit.SECONDS));
    }
    // Ten were asked for; the windows on the way and the stub's prefetch take some more.
    assertTrue(produced.get() < PLENTY / 10, () -> "produced " + produced);

    subscriber.request(500);
    for (int i = 10; i < 510; i++) {
      assertEquals(i, received.poll(20, TimeUnit.SECONDS));
    }
    assertTrue(produced.get() < PLENTY / 10, () -> "produced " + produced);
    assertEquals(0, received.size());

    subscriber.cancel();
    assertTrue(cancelled.await(20, TimeUnit.SECONDS), "the server hears of it");
  }

  @Test
  void muchGoesBothWaysAtTheSubscribersPace() {
    Flux<Word> words =
        Flux.range(0, 20_000).map(n -> Word.newBuilder().setTimes(n).setPayload(PAYLOAD).build());

    Flux<Word> echoed =
        ClientCalls.manyToMany(words, stub::chat, CallOptions.DEFAULT).limitRate(16);

    assertEquals(
        19_999L * 20_000 / 2,
        echoed.map(word -> (long) word.getTimes()).reduce(Long::sum).block(HANG));
  }
}
