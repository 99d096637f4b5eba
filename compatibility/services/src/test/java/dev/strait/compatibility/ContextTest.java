package dev.strait.compatibility;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.compatibility.proto.ParrotGrpc;
import dev.strait.compatibility.proto.Word;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@link Context} carries: values within a process, deadlines and cancellation beyond. */
final class ContextTest extends OnEachWire {
  private static final Context.Key<String> USER = Context.key("user");
  private static final Metadata.Key<String> USER_HEADER =
      Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void endTimer() {
    timer.shutdownNow();
  }

  /** Calls the next service as part of its own call, and waits for it. */
  private static final class Relay extends ParrotGrpc.ParrotImplBase {
    private final Channel next;

    Relay(Channel next) {
      this.next = next;
    }

    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      try {
        replies.onNext(ParrotGrpc.newBlockingStub(next).say(request));
        replies.onCompleted();
      } catch (StatusRuntimeException e) {
        replies.onError(e);
      }
    }
  }

  /** Never answers; tells what its context says. */
  private static final class Silent extends ParrotGrpc.ParrotImplBase {
    final CompletableFuture<Context> context = new CompletableFuture<>();
    final CountDownLatch cancelled = new CountDownLatch(1);

    @Override
    public void say(Word request, StreamObserver<Word> replies) {
      Context.current().addListener(c -> cancelled.countDown(), Runnable::run);
      context.complete(Context.current());
    }

    Context context() throws Exception {
      return context.get(20, TimeUnit.SECONDS);
    }

    void awaitCancelled() throws Exception {
      assertTrue(cancelled.await(20, TimeUnit.SECONDS), "the context is cancelled");
    }
  }

  @Test
  void aDeadlineReachesTheContextOfTheServiceBehindTheService() throws Exception {
    Silent silent = new Silent();
    Channel front = channelTo(new Relay(channelTo(silent)));

    var e =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                ParrotGrpc.newBlockingStub(front)
                    .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
                    .say(Parrot.word("a")));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
    assertTrue(silent.context().getDeadline() != null, "two hops on there is a deadline");
    silent.awaitCancelled();
  }

  @Test
  void theDeadlineOfAContextIsThatOfItsCalls() throws Exception {
    Silent silent = new Silent();
    Channel channel = channelTo(silent);
    Context.CancellableContext context =
        Context.current().withDeadline(Deadline.after(500, TimeUnit.MILLISECONDS), timer);

    var e =
        assertThrows(
            StatusRuntimeException.class,
            () -> context.call(() -> ParrotGrpc.newBlockingStub(channel).say(Parrot.word("a"))));

    assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
    assertTrue(silent.context().getDeadline() != null, "the server knows the deadline");
    silent.awaitCancelled();
    context.close();
  }

  @Test
  void cancellationReachesTheServiceBehindTheService() throws Exception {
    Silent silent = new Silent();
    Channel front = channelTo(new Relay(channelTo(silent)));
    Context.CancellableContext context = Context.current().withCancellation();
    Replies<Word> replies = new Replies<>();
    context.run(() -> ParrotGrpc.newStub(front).say(Parrot.word("a"), replies));
    assertNull(silent.context().getDeadline());

    context.cancel(new IllegalStateException("on purpose"));

    assertEquals(Status.Code.CANCELLED, replies.failure().getCode());
    silent.awaitCancelled();
  }

  @Test
  void aForkedContextOutlivesItsCall() throws Exception {
    Silent behind = new Silent();
    Channel next = channelTo(behind);
    Channel front =
        channelTo(
            new ParrotGrpc.ParrotImplBase() {
              @Override
              public void say(Word request, StreamObserver<Word> replies) {
                Context.current()
                    .fork()
                    .run(() -> ParrotGrpc.newStub(next).say(request, new Replies<>()));
                replies.onNext(request);
                replies.onCompleted();
              }
            });

    ParrotGrpc.newBlockingStub(front).say(Parrot.word("a"));

    assertTrue(!behind.context().isCancelled(), "the call behind goes on");
  }

  @Test
  void valuesStayInTheirProcess() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    Channel channel =
        channelTo(
            serve(
                b ->
                    b.addService(new Parrot())
                        .intercept(new OnCall(() -> seen.add("user " + USER.get())))));

    Context.current()
        .withValue(USER, "ann")
        .run(() -> ParrotGrpc.newBlockingStub(channel).say(Parrot.word("a")));

    assertEquals("user null", seen.poll(20, TimeUnit.SECONDS));
  }

  /** Reads the user from the headers, for all callbacks of the call. */
  private static final class UserFromHeaders implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      Context context = Context.current().withValue(USER, headers.get(USER_HEADER));
      return Contexts.interceptCall(context, call, headers, next);
    }
  }

  @Test
  void anInterceptorsContextIsThereInEveryCallback() throws Exception {
    ParrotGrpc.ParrotImplBase service =
        new ParrotGrpc.ParrotImplBase() {
          @Override
          public StreamObserver<Word> chat(StreamObserver<Word> replies) {
            replies.onNext(Parrot.word("start " + USER.get()));
            return new StreamObserver<>() {
              @Override
              public void onNext(Word word) {
                replies.onNext(Parrot.word("message " + USER.get()));
              }

              @Override
              public void onError(Throwable t) {}

              @Override
              public void onCompleted() {
                replies.onNext(Parrot.word("end " + USER.get()));
                replies.onCompleted();
              }
            };
          }
        };
    Channel channel = channelTo(serve(b -> b.addService(service).intercept(new UserFromHeaders())));
    Metadata headers = new Metadata();
    headers.put(USER_HEADER, "ann");
    Replies<Word> replies = new Replies<>();
    StreamObserver<Word> requests =
        ParrotGrpc.newStub(channel)
            .withInterceptors(io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers))
            .chat(replies);
    requests.onNext(Parrot.word("a"));
    requests.onCompleted();

    assertEquals("start ann", replies.next().getText());
    assertEquals("message ann", replies.next().getText());
    assertEquals("end ann", replies.next().getText());
    replies.assertCompleted();
  }
}
