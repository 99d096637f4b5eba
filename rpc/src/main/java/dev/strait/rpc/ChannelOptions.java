package dev.strait.rpc;

import dev.strait.transport.TransportOptions;
import dev.strait.transport.WaitStrategy;
import io.grpc.ClientInterceptor;
import java.time.Duration;
import java.util.List;

/**
 * The settings of a channel, validated by the builder.
 *
 * @param authority what calls report as their authority
 * @param interceptors in the order in which they were added
 * @param hosted what servers may call; its executor is also that of the callbacks
 * @param limits what the channel accepts
 * @param connectTimeout for one attempt to connect
 * @param idleTimeout after so long without calls the connection is given up
 * @param keepAlive when connections ping
 * @param maxReaders see {@link ConnectionSettings}
 * @param waitStrategy for every wait
 * @param transport the settings of the transport
 */
record ChannelOptions(
    String authority,
    List<ClientInterceptor> interceptors,
    Hosted hosted,
    Limits limits,
    Duration connectTimeout,
    Duration idleTimeout,
    KeepAliveOptions keepAlive,
    int maxReaders,
    WaitStrategy waitStrategy,
    TransportOptions transport) {}
