package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.WaitStrategy;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/**
 * What the connections of a channel or a server have in common.
 *
 * @param limits what this side accepts
 * @param memory bounds messages that credit does not
 * @param connectTimeout for finding the peer and checking its identity
 * @param handshakeTimeout for the exchange of HELLO, in total
 * @param keepAlive when connections ping
 * @param spareReaders bounds the threads that read
 * @param waitStrategy for every wait
 * @param threads makes the threads
 * @param scheduler for timeouts
 * @param ticker the clock
 * @param watcher watches over inline callbacks
 * @param monitor told of what happens to connections
 * @param pingLimit how often the peer may ping
 * @param filters asked when a connection is ready
 * @param dispatcher where the calls that come go
 * @param firstStreamId of the calls of this side: odd if it connects, else even
 */
record ConnectionSettings(
    Limits limits,
    MessageMemory memory,
    Duration connectTimeout,
    Duration handshakeTimeout,
    KeepAliveOptions keepAlive,
    SpareReaders spareReaders,
    WaitStrategy waitStrategy,
    ThreadFactory threads,
    ScheduledExecutorService scheduler,
    Ticker ticker,
    Watcher watcher,
    Monitor monitor,
    PingLimit.Options pingLimit,
    TransportFilters filters,
    Dispatcher dispatcher,
    int firstStreamId) {}
