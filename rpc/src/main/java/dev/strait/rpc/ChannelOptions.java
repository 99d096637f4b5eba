package dev.strait.rpc;

import dev.strait.transport.TransportOptions;
import dev.strait.transport.WaitStrategy;
import io.grpc.BinaryLog;
import io.grpc.ClientInterceptor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a channel, validated by the builder.
 *
 * @param authority what calls report as their authority
 * @param defaultDeadline of calls that have none; null for none
 * @param binaryLog sees what interceptors have made of the calls; null for none
 * @param interceptors in the order in which they were added
 * @param hosted what servers may call; its executor is also that of the callbacks
 * @param limits what the channel accepts
 * @param memory bounds messages that credit does not
 * @param connectTimeout for one attempt to connect
 * @param idleTimeout after so long without calls the connection is given up
 * @param keepAlive when connections ping
 * @param filters asked when a connection is ready
 * @param spareReaders bounds the threads that read
 * @param waitStrategy for every wait
 * @param transport the settings of the transport
 * @param firstStreamId of its calls on each connection
 * @param timing when timers run
 */
record ChannelOptions(
    String authority,
    @Nullable Duration defaultDeadline,
    @Nullable BinaryLog binaryLog,
    List<ClientInterceptor> interceptors,
    Hosted hosted,
    Limits limits,
    MessageMemory memory,
    Duration connectTimeout,
    Duration idleTimeout,
    KeepAliveOptions keepAlive,
    TransportFilters filters,
    SpareReaders spareReaders,
    WaitStrategy waitStrategy,
    TransportOptions transport,
    int firstStreamId,
    Timing timing) {}
