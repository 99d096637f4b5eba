package dev.strait.rpc;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * One-way calls: unary calls whose caller does not wait for the answer. Such a call is over for its
 * caller, with OK, as soon as the request was handed to the transport; the server sends no message
 * and no metadata back.
 *
 * <p><b>What is promised.</b> The request is handled at most once. It is handled unless the
 * connection dies before the server has read it, the server refuses it (it has no such method, its
 * limits are reached, its handler fails) or the deadline passes before the handler begins; nobody
 * is told then, but for a log entry at DEBUG. A request that the server says it has not processed,
 * because it shuts down, is sent again. A graceful shutdown of either side waits until the handlers
 * of all one-way calls are done. The one-way calls that one thread makes arrive, and their handlers
 * begin, in the order of the calls as long as the connection stays and handlers run where requests
 * are read (the server has no executor).
 *
 * <p><b>Backpressure.</b> Until its handler is done a one-way call counts as one of those that the
 * server lets the client have open at once ({@link
 * IpcServerBuilder#maxConcurrentCallsPerConnection}); beyond that, or when the server does not
 * read, calls wait before they are handed over: {@link #blockingCall} blocks.
 *
 * <p>Interceptors, metadata, credentials and deadlines are those of any call. Channels that are not
 * Strait's make ordinary calls of them, which are over when the answer has come. Thread-safe.
 */
public final class OneWay {
  /**
   * Makes a unary call a one-way call: for asynchronous stubs, whose observer then hears {@code
   * onCompleted} and no message. Blocking and future stubs want a message and fail.
   */
  public static final CallOptions.Key<Boolean> OPTION =
      CallOptions.Key.createWithDefault("dev.strait.rpc.one-way", false);

  /** Not Guava's, which stands for the thread that reads: completing a future needs no other. */
  private static final Executor ANY_THREAD = Runnable::run;

  private OneWay() {}

  /**
   * Makes the call, and waits until the request was handed to the transport.
   *
   * @throws StatusRuntimeException if it cannot be handed over: the server is not there, the
   *     deadline has passed, the thread was interrupted
   */
  public static <ReqT> void blockingCall(
      Channel channel, MethodDescriptor<ReqT, ?> method, CallOptions options, ReqT request) {
    ListenableFuture<?> handedOver = futureCall(channel, method, options, request);
    try {
      handedOver.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      handedOver.cancel(true);
      throw Status.CANCELLED
          .withDescription("Thread interrupted")
          .withCause(e)
          .asRuntimeException();
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    }
  }

  /**
   * Makes the call.
   *
   * @return is done when the request was handed to the transport, or fails with a {@link
   *     StatusException}; cancelling it before that cancels the call
   */
  public static <ReqT> ListenableFuture<?> futureCall(
      Channel channel, MethodDescriptor<ReqT, ?> method, CallOptions options, ReqT request) {
    CallOptions oneWay = options.withOption(OPTION, true);
    if (oneWay.getExecutor() == null) {
      oneWay = oneWay.withExecutor(ANY_THREAD);
    }
    return make(channel.newCall(method, oneWay), request);
  }

  private static <ReqT, RespT> ListenableFuture<?> make(
      ClientCall<ReqT, RespT> call, ReqT request) {
    SettableFuture<Void> handedOver = SettableFuture.create();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
              handedOver.set(null);
            } else {
              handedOver.setException(status.asException(trailers));
            }
          }
        },
        new Metadata());
    handedOver.addListener(
        () -> {
          if (handedOver.isCancelled()) {
            call.cancel("the future of a one-way call was cancelled", null);
          }
        },
        ANY_THREAD);
    try {
      call.request(1);
      call.sendMessage(request);
      call.halfClose();
      return handedOver;
    } catch (RuntimeException | Error e) {
      call.cancel(null, e);
      return Futures.immediateFailedFuture(e);
    }
  }
}
