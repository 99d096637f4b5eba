package dev.strait.rpc;

import io.grpc.BinaryLog;
import io.grpc.HandlerRegistry;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What one side hosts: the services that its peers may call, and how their handlers run.
 *
 * @param services the services
 * @param fallback asked for methods that no service has
 * @param interceptors in the order in which they were added; the last one runs first
 * @param binaryLog sees what interceptors have made of the calls; null for none
 * @param executorSupplier says for each call where its handler runs; null for {@code executor}
 * @param tracerFactories asked for tracers of each call
 * @param executor where handlers run; null for the thread that reads
 * @param handlers how many may run at once, and how many calls may wait for that
 * @param handlersOfUser how much of that one user may have
 * @param maxMessageBytes the largest request
 */
record Hosted(
    List<ServerServiceDefinition> services,
    @Nullable HandlerRegistry fallback,
    List<ServerInterceptor> interceptors,
    @Nullable BinaryLog binaryLog,
    @Nullable ServerCallExecutorSupplier executorSupplier,
    List<ServerStreamTracer.Factory> tracerFactories,
    @Nullable Executor executor,
    HandlerLimit.Bounds handlers,
    HandlerLimit.Bounds handlersOfUser,
    int maxMessageBytes) {

  static final HandlerLimit.Bounds DEFAULT_HANDLERS = new HandlerLimit.Bounds(4096, 4096);
}
