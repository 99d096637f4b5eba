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
 * @param maxRunning how many handlers may run at once
 * @param maxQueued how many calls may wait for that
 * @param perUser how much of that one user may have
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
    int maxRunning,
    int maxQueued,
    UserQuota.Options perUser,
    int maxMessageBytes) {

  static final int DEFAULT_MAX_RUNNING = 4096;
  static final int DEFAULT_MAX_QUEUED = 4096;
}
