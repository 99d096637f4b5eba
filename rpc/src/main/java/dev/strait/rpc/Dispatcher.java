package dev.strait.rpc;

import dev.strait.transport.Ticker;
import io.grpc.BinaryLog;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** From a method's name to its handler: what all calls that come have in common. */
final class Dispatcher {
  private final Hosted hosted;
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private final HandlerLimit limit;
  private final ScheduledExecutorService scheduler;
  private final Executor fallbackExecutor;
  private final Context rootContext;
  private final Deadline.Ticker deadlineTicker;

  /**
   * @param rootContext the context of every handler
   * @param ticker the clock of the deadlines
   */
  Dispatcher(
      Hosted hosted,
      Context rootContext,
      ScheduledExecutorService scheduler,
      Ticker ticker,
      Executor fallbackExecutor) {
    this.hosted = hosted;
    this.scheduler = scheduler;
    this.fallbackExecutor = fallbackExecutor;
    this.limit = new HandlerLimit(hosted.handlers(), hosted.handlersOfUser());
    this.rootContext = rootContext;
    this.deadlineTicker = DeadlineTicker.of(ticker);
    for (ServerServiceDefinition service : hosted.services()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), prepared(method));
      }
    }
  }

  /** The method with this name; null if there is none. May run user code. */
  @Nullable ServerMethodDefinition<?, ?> lookup(String name) {
    ServerMethodDefinition<?, ?> method = methods.get(name);
    HandlerRegistry fallback = hosted.fallback();
    if (method != null || fallback == null) {
      return method;
    }
    ServerMethodDefinition<?, ?> found = fallback.lookupMethod(name);
    return found == null ? null : prepared(found);
  }

  /** The tracers of a call that begins; null if there are none. Runs user code. */
  @Nullable ServerTracing newTracing(String method, Metadata metadata) {
    return ServerTracing.of(hosted.tracerFactories(), method, metadata);
  }

  /** Where handlers run; null for the thread that reads. */
  @Nullable Executor executor() {
    return hosted.executor();
  }

  Executor fallbackExecutor() {
    return fallbackExecutor;
  }

  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  /** The clock of the calls' deadlines. */
  Deadline.Ticker deadlineTicker() {
    return deadlineTicker;
  }

  Context rootContext() {
    return rootContext;
  }

  HandlerLimit limit() {
    return limit;
  }

  Hosted hosted() {
    return hosted;
  }

  /** A method as it is called: behind the interceptors, which are behind the binary log. */
  private ServerMethodDefinition<?, ?> prepared(ServerMethodDefinition<?, ?> method) {
    ServerMethodDefinition<?, ?> intercepted = intercepted(method, hosted.interceptors());
    BinaryLog log = hosted.binaryLog();
    return log == null ? intercepted : log.wrapMethodDefinition(intercepted);
  }

  private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> intercepted(
      ServerMethodDefinition<ReqT, RespT> method, List<ServerInterceptor> interceptors) {
    ServerCallHandler<ReqT, RespT> handler = method.getServerCallHandler();
    for (ServerInterceptor interceptor : interceptors) {
      handler = new Intercepted<>(interceptor, handler);
    }
    return method.withServerCallHandler(handler);
  }

  /** A handler behind an interceptor. */
  private record Intercepted<ReqT, RespT>(
      ServerInterceptor interceptor, ServerCallHandler<ReqT, RespT> next)
      implements ServerCallHandler<ReqT, RespT> {
    @Override
    public ServerCall.Listener<ReqT> startCall(ServerCall<ReqT, RespT> call, Metadata headers) {
      return interceptor.interceptCall(call, headers, next);
    }
  }
}
