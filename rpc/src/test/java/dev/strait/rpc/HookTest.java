package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever code of the application throws, and wherever: its call ends once on both sides, and no
 * other call notices (S7, D11). What tracers throw is in {@link StreamTracerTest}.
 */
final class HookTest {
  /** Where the application's code runs. */
  private enum Hook {
    // Of the client.
    REQUEST_MARSHALLER,
    REQUEST_STREAM,
    RESPONSE_PARSER,
    CREDENTIALS,
    CALL_EXECUTOR,
    ON_READY,
    ON_HEADERS,
    ON_MESSAGE,
    ON_CLOSE,
    // Of the server.
    REGISTRY,
    SERVER_INTERCEPTOR,
    START_CALL,
    REQUEST_PARSER,
    RESPONSE_MARSHALLER,
    RESPONSE_STREAM,
    HANDLER_EXECUTOR,
    EXECUTOR_SUPPLIER,
    SERVER_ON_READY,
    SERVER_ON_MESSAGE,
    SERVER_ON_HALF_CLOSE,
    SERVER_ON_COMPLETE,
    SERVER_ON_CANCEL
  }

  @RegisterExtension final QuietLog quiet = new QuietLog();
  @RegisterExtension final Local local = Local.memory();

  private final Ledger ledger = new Ledger();
  private volatile Hook armed;
  private volatile Throwable thrown;
  private volatile int timesThrown;

  private final MethodDescriptor<byte[], byte[]> method =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .setFullMethodName("raw/Hooks")
          .setRequestMarshaller(
              new Throwing(Hook.REQUEST_MARSHALLER, Hook.REQUEST_STREAM, Hook.REQUEST_PARSER))
          .setResponseMarshaller(
              new Throwing(Hook.RESPONSE_MARSHALLER, Hook.RESPONSE_STREAM, Hook.RESPONSE_PARSER))
          .build();

  static Stream<Arguments> hooks() {
    return Stream.of(Hook.values())
        .flatMap(
            hook ->
                Stream.of(
                        new IllegalStateException("on purpose"),
                        new StackOverflowError("on purpose"),
                        new OutOfMemoryError("on purpose"),
                        // As other languages of the JVM let pass.
                        new IOException("on purpose"))
                    .map(thrown -> Arguments.of(hook, thrown)));
  }

  @ParameterizedTest
  @MethodSource("hooks")
  void aCallWhoseCodeThrowsEndsOnceAndNoOtherNotices(Hook hook, Throwable what) throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    local.closing(threads::shutdownNow);
    local.serve(
        b ->
            b.intercept(new ThrowingInterceptor())
                .intercept(ledger)
                .fallbackHandlerRegistry(new Registry())
                .executor(new ThrowingExecutor(Hook.HANDLER_EXECUTOR, threads))
                .callExecutor(new ThrowingSupplier()));
    ManagedChannel channel = local.channel();
    call(channel, 0).awaitClose();

    thrown = what;
    armed = hook;
    RecordingListener<byte[]> call = call(channel, 1);
    call.awaitClose();
    ledger.awaitEachEndedOnce();
    armed = null;

    assertTrue(timesThrown > 0, "nothing threw");
    boolean onlyTheEnd =
        hook == Hook.ON_CLOSE
            || hook == Hook.SERVER_ON_COMPLETE
            || hook == Hook.CALL_EXECUTOR
            || hook == Hook.HANDLER_EXECUTOR;
    assertEquals(onlyTheEnd, call.status.isOk(), () -> call.status.toString());
    RecordingListener<byte[]> next = call(channel, 2);
    assertTrue(next.awaitClose().isOk(), () -> next.status.toString());
    ledger.assertAgreesWith(Map.of(1, call, 2, next));
    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "a call is still counted");
  }

  private void maybeThrow(Hook hook) {
    if (armed == hook) {
      timesThrown++;
      HookTest.<RuntimeException>sneak(thrown);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  private RecordingListener<byte[]> call(Channel channel, int number) {
    ThrowingListener listener = new ThrowingListener();
    CallOptions options =
        CallOptions.DEFAULT
            .withCallCredentials(new ThrowingCredentials())
            .withExecutor(new ThrowingExecutor(Hook.CALL_EXECUTOR, Runnable::run));
    ClientCall<byte[], byte[]> call = channel.newCall(method, options);
    call.start(listener, Ledger.number(number));
    call.request(2);
    call.sendMessage(new byte[] {1});
    if (armed == Hook.SERVER_ON_CANCEL) {
      listener.cancelWhenAnswered(call);
    } else {
      call.halfClose();
    }
    return listener;
  }

  private final class ThrowingListener extends RecordingListener<byte[]> {
    private volatile ClientCall<?, ?> toCancel;

    void cancelWhenAnswered(ClientCall<?, ?> call) {
      toCancel = call;
      if (!messages.isEmpty()) {
        call.cancel("answered", null);
      }
    }

    @Override
    public void onReady() {
      super.onReady();
      maybeThrow(Hook.ON_READY);
    }

    @Override
    public void onHeaders(Metadata received) {
      super.onHeaders(received);
      maybeThrow(Hook.ON_HEADERS);
    }

    @Override
    public void onMessage(byte[] message) {
      super.onMessage(message);
      maybeThrow(Hook.ON_MESSAGE);
      if (toCancel != null) {
        toCancel.cancel("answered", null);
      }
    }

    @Override
    public void onClose(Status received, Metadata receivedTrailers) {
      try {
        maybeThrow(Hook.ON_CLOSE);
      } finally {
        // Last, because the test goes on when it sees this.
        super.onClose(received, receivedTrailers);
      }
    }
  }

  private final class ThrowingCredentials extends CallCredentials {
    @Override
    public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
      maybeThrow(Hook.CREDENTIALS);
      applier.apply(new Metadata());
    }
  }

  private final class ThrowingExecutor implements Executor {
    private final Hook hook;
    private final Executor executor;

    ThrowingExecutor(Hook hook, Executor executor) {
      this.hook = hook;
      this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
      maybeThrow(hook);
      executor.execute(task);
    }
  }

  private final class ThrowingSupplier implements ServerCallExecutorSupplier {
    @Override
    public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata metadata) {
      maybeThrow(Hook.EXECUTOR_SUPPLIER);
      return null;
    }
  }

  private final class Throwing implements MethodDescriptor.Marshaller<byte[]> {
    private final Hook marshaller;
    private final Hook stream;
    private final Hook parser;

    Throwing(Hook marshaller, Hook stream, Hook parser) {
      this.marshaller = marshaller;
      this.stream = stream;
      this.parser = parser;
    }

    @Override
    public InputStream stream(byte[] value) {
      maybeThrow(marshaller);
      return new ByteArrayInputStream(value) {
        @Override
        public int read(byte[] target, int offset, int length) {
          maybeThrow(stream);
          return super.read(target, offset, length);
        }

        @Override
        public byte[] readAllBytes() {
          maybeThrow(stream);
          return super.readAllBytes();
        }
      };
    }

    @Override
    public byte[] parse(InputStream message) {
      maybeThrow(parser);
      return new Raw.BytesMarshaller().parse(message);
    }
  }

  private final class Registry extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
      maybeThrow(Hook.REGISTRY);
      return ServerMethodDefinition.create(method, new Handler());
    }
  }

  private final class ThrowingInterceptor implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      maybeThrow(Hook.SERVER_INTERCEPTOR);
      return next.startCall(call, headers);
    }
  }

  private final class Handler implements ServerCallHandler<byte[], byte[]> {
    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      maybeThrow(Hook.START_CALL);
      call.request(2);
      return new ServerCall.Listener<>() {
        @Override
        public void onReady() {
          maybeThrow(Hook.SERVER_ON_READY);
        }

        @Override
        public void onMessage(byte[] message) {
          maybeThrow(Hook.SERVER_ON_MESSAGE);
          call.sendHeaders(new Metadata());
          call.sendMessage(message);
        }

        @Override
        public void onHalfClose() {
          maybeThrow(Hook.SERVER_ON_HALF_CLOSE);
          call.close(Status.OK, new Metadata());
        }

        @Override
        public void onComplete() {
          maybeThrow(Hook.SERVER_ON_COMPLETE);
        }

        @Override
        public void onCancel() {
          maybeThrow(Hook.SERVER_ON_CANCEL);
        }
      };
    }
  }

  /** S7: an interceptor of the client that throws before the call starts: no call was made. */
  @Test
  void aClientInterceptorThatThrowsLeavesNoCallBehind() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    IllegalStateException onPurpose = new IllegalStateException("on purpose");
    ManagedChannel channel =
        local.channel(
            b ->
                b.intercept(
                    new ClientInterceptor() {
                      @Override
                      public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
                          MethodDescriptor<ReqT, RespT> intercepted,
                          CallOptions options,
                          Channel next) {
                        throw onPurpose;
                      }
                    }));

    assertSame(
        onPurpose,
        assertThrows(
            IllegalStateException.class, () -> channel.newCall(Raw.UNARY, CallOptions.DEFAULT)));

    channel.shutdown();
    assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS), "a call is counted");
  }

  /** S7: what credentials say first counts, and a failure is no success. */
  @Test
  void credentialsThatThrowAfterTheyAnsweredOrFailWithSuccessAreHeldToTheirWord() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.UNARY, Raw.echo())));
    ManagedChannel channel = local.channel();
    CallCredentials answering =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo info, Executor executor, MetadataApplier applier) {
            assertThrows(IllegalArgumentException.class, () -> applier.fail(Status.OK));
            applier.apply(new Metadata());
            throw new IllegalStateException("on purpose");
          }
        };

    RecordingListener<byte[]> call =
        Raw.unary(channel, Raw.UNARY, CallOptions.DEFAULT.withCallCredentials(answering), (byte) 1);

    assertTrue(call.awaitClose().isOk(), () -> call.status.toString());
    call.assertClosedOnce();
  }

  /** S7: as a pool does that has queued a task and then finds no thread for it. */
  @Test
  void anExecutorThatTakesATaskAndThrowsDoesNotRunCallbacksTwiceAtOnce() throws Exception {
    local.serve(b -> b.addService(Raw.service(Raw.BIDI, Raw.echo())));
    ManagedChannel channel = local.channel();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    local.closing(threads::shutdownNow);
    Executor takesAndThrows =
        task -> {
          threads.execute(task);
          throw new OutOfMemoryError("unable to create native thread, on purpose");
        };
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    RecordingListener<byte[]> listener =
        new RecordingListener<>() {
          @Override
          public void onMessage(byte[] message) {
            if (inside.incrementAndGet() > 1) {
              overlaps.incrementAndGet();
            }
            for (int spin = 0; spin < 10_000; spin++) {
              Thread.onSpinWait();
            }
            super.onMessage(message);
            inside.decrementAndGet();
          }
        };
    ClientCall<byte[], byte[]> call =
        channel.newCall(Raw.BIDI, CallOptions.DEFAULT.withExecutor(takesAndThrows));
    call.start(listener, new Metadata());
    call.request(2_000);
    for (int i = 0; i < 2_000; i++) {
      call.sendMessage(new byte[] {(byte) i});
    }
    call.halfClose();

    assertTrue(listener.awaitClose().isOk(), () -> listener.status.toString());
    assertEquals(0, overlaps.get(), "callbacks that ran at once with another");
    for (int i = 0; i < 2_000; i++) {
      assertEquals((byte) i, listener.messages.get(i)[0]);
    }
    listener.assertClosedOnce();
  }
}
