package dev.strait.rpc;

import dev.strait.transport.TransportOptions;
import dev.strait.transport.WaitStrategy;
import java.time.Duration;

/**
 * The settings of a server, validated by the builder.
 *
 * @param hosted what the server hosts
 * @param limits what each connection accepts
 * @param memory bounds messages that credit does not
 * @param handshakeTimeout for identity and HELLO of a new connection, in total
 * @param maxHandshaking how many connections may be in their handshake at once
 * @param maxConnectionsOfUser how many connections of one user there may be
 * @param keepAlive when connections ping
 * @param pingLimit how often clients may ping
 * @param retirement when connections retire
 * @param filters asked when a connection is ready
 * @param spareReaders bounds the threads that read
 * @param waitStrategy for every wait
 * @param transport the settings of the acceptor
 * @param timing when timers run
 */
record ServerOptions(
    Hosted hosted,
    Limits limits,
    MessageMemory memory,
    Duration handshakeTimeout,
    int maxHandshaking,
    int maxConnectionsOfUser,
    KeepAliveOptions keepAlive,
    PingLimit.Options pingLimit,
    Retirement.Options retirement,
    TransportFilters filters,
    SpareReaders spareReaders,
    WaitStrategy waitStrategy,
    TransportOptions transport,
    Timing timing) {}
