package dev.strait.rpc;

import dev.strait.transport.TransportOptions;
import dev.strait.transport.WaitStrategy;
import io.grpc.HandlerRegistry;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a server, validated by the builder.
 *
 * @param services what the server hosts
 * @param fallback asked for methods that no service has
 * @param interceptors in the order in which they were added; the last one runs first
 * @param executor where handlers run; null for the thread that reads
 * @param limits what each connection accepts
 * @param handshakeTimeout for identity and HELLO of a new connection, in total
 * @param maxHandshaking how many connections may be in their handshake at once
 * @param maxRunning how many handlers may run at once
 * @param maxQueued how many calls may wait for that
 * @param keepAlive when connections ping
 * @param maxReaders see {@link ConnectionSettings}
 * @param waitStrategy for every wait
 * @param transport the settings of the acceptor
 * @param scheduler somebody else's, for all timers; null for one of its own
 */
record ServerOptions(
    List<ServerServiceDefinition> services,
    @Nullable HandlerRegistry fallback,
    List<ServerInterceptor> interceptors,
    @Nullable Executor executor,
    Limits limits,
    Duration handshakeTimeout,
    int maxHandshaking,
    int maxRunning,
    int maxQueued,
    KeepAliveOptions keepAlive,
    int maxReaders,
    WaitStrategy waitStrategy,
    TransportOptions transport,
    @Nullable ScheduledExecutorService scheduler) {}
