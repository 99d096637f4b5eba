package dev.strait.transport;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ThreadFactory;

/**
 * The settings of a transport or an acceptor. Immutable.
 *
 * @param peerPolicy which peers may enter
 * @param outboundLimitBytes the limit of the outbound buffer, per stream
 * @param maxConnections how many accepted streams an acceptor keeps open; further ones are closed
 *     at once
 * @param backlog how many streams the operating system queues before they are accepted. Over {@code
 *     pipe:} the queue is a pipe, whose size the kernel decides
 * @param threadFactory makes the threads that a transport needs; they are made daemons
 * @param ticker the clock for timeouts
 * @param socketMode the mode of a socket file that an acceptor creates. The default lets in nobody
 *     but the owner and root; a policy that admits other uids must name the modes that let them
 *     reach the socket, and its directory must be open to them. For {@code unix:} only
 * @param provider what addresses lead to
 */
public record TransportOptions(
    PeerPolicy peerPolicy,
    int outboundLimitBytes,
    int maxConnections,
    int backlog,
    ThreadFactory threadFactory,
    Ticker ticker,
    Set<PosixFilePermission> socketMode,
    TransportProvider provider) {

  /** Same user or root, 1 MiB outbound, 1,024 connections, a backlog of 512, mode 0600. */
  public static final TransportOptions DEFAULTS =
      new TransportOptions(
          PeerPolicy.unlessSet(),
          1 << 20,
          1024,
          512,
          Threads.daemonFactory(),
          Ticker.system(),
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
          TransportProvider.builtIn());

  /** Checks every setting. */
  public TransportOptions {
    socketMode = Set.copyOf(socketMode);
    if (outboundLimitBytes < 4096) {
      throw new IllegalArgumentException(
          "outboundLimitBytes must be at least 4096, was " + outboundLimitBytes);
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "maxConnections must be at least 1, was " + maxConnections);
    }
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog must be at least 1, was " + backlog);
    }
  }

  /** These settings with another policy. */
  public TransportOptions withPeerPolicy(PeerPolicy policy) {
    return new TransportOptions(
        policy,
        outboundLimitBytes,
        maxConnections,
        backlog,
        threadFactory,
        ticker,
        socketMode,
        provider);
  }

  /** These settings with another outbound limit. */
  public TransportOptions withOutboundLimitBytes(int bytes) {
    return new TransportOptions(
        peerPolicy, bytes, maxConnections, backlog, threadFactory, ticker, socketMode, provider);
  }

  /** These settings with another limit of connections. */
  public TransportOptions withMaxConnections(int connections) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        connections,
        backlog,
        threadFactory,
        ticker,
        socketMode,
        provider);
  }

  /** These settings with another backlog. */
  public TransportOptions withBacklog(int entries) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        maxConnections,
        entries,
        threadFactory,
        ticker,
        socketMode,
        provider);
  }

  /** These settings with another thread factory. */
  public TransportOptions withThreadFactory(ThreadFactory factory) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        maxConnections,
        backlog,
        factory,
        ticker,
        socketMode,
        provider);
  }

  /** These settings with another clock. */
  public TransportOptions withTicker(Ticker clock) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        maxConnections,
        backlog,
        threadFactory,
        clock,
        socketMode,
        provider);
  }

  /** These settings with another mode of the socket file. */
  public TransportOptions withSocketMode(Set<PosixFilePermission> mode) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        maxConnections,
        backlog,
        threadFactory,
        ticker,
        mode,
        provider);
  }

  /** These settings with another provider. */
  public TransportOptions withProvider(TransportProvider other) {
    return new TransportOptions(
        peerPolicy,
        outboundLimitBytes,
        maxConnections,
        backlog,
        threadFactory,
        ticker,
        socketMode,
        other);
  }
}
