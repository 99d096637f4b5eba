package dev.strait.rpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
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

/** From a method's name to its handler: what the calls that come to a server have in common. */
final class Dispatcher {
  private final ServerOptions options;
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private final HandlerLimit limit;
  private final ScheduledExecutorService scheduler;
  private final Executor fallbackExecutor;
  private final Context rootContext;
  private final Deadline.Ticker deadlineTicker;

  Dispatcher(
      ServerOptions options,
      Server server,
      ScheduledExecutorService scheduler,
      Executor fallbackExecutor) {
    this.options = options;
    this.scheduler = scheduler;
    this.fallbackExecutor = fallbackExecutor;
    this.limit = new HandlerLimit(options.maxRunning(), options.maxQueued());
    this.deadlineTicker = DeadlineTicker.of(options.transport().ticker());
    this.rootContext = dev.strait.rpc.touchpoint.ServerContext.with(Context.ROOT, server);
    for (ServerServiceDefinition service : options.services()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(
            method.getMethodDescriptor().getFullMethodName(),
            intercepted(method, options.interceptors()));
      }
    }
  }

  /** Takes a call on, which begins when its stream is told so. Runs no user code. */
  ServerStream accept(Connection connection, String method, Metadata metadata, long timeoutNanos) {
    return new IncomingCall(this, connection, method, metadata, timeoutNanos).accept();
  }

  /** The method with this name; null if there is none. May run user code. */
  @Nullable ServerMethodDefinition<?, ?> lookup(String name) {
    ServerMethodDefinition<?, ?> method = methods.get(name);
    HandlerRegistry fallback = options.fallback();
    if (method != null || fallback == null) {
      return method;
    }
    ServerMethodDefinition<?, ?> found = fallback.lookupMethod(name);
    return found == null ? null : intercepted(found, options.interceptors());
  }

  /** Where handlers run; null for the thread that reads. */
  @Nullable Executor executor() {
    return options.executor();
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

  int maxInboundMessageBytes() {
    return options.limits().maxMessageBytes();
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
