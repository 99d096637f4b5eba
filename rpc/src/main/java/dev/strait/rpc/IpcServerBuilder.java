package dev.strait.rpc;

import dev.strait.rpc.touchpoint.MeteredServerBuilder;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.Ticker;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.WaitStrategy;
import io.grpc.BinaryLog;
import io.grpc.BindableService;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.io.File;
import java.io.InputStream;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Builds servers for other processes on this machine: {@link ServerBuilder} as in all of gRPC.
 *
 * <p>By default a handler runs on the thread that read its request; one that blocks delays nobody,
 * because another thread then goes on reading. What gRPC's builder offers and a local server cannot
 * honour throws {@link UnsupportedOperationException}.
 *
 * <p>Not thread-safe.
 */
public final class IpcServerBuilder extends MeteredServerBuilder<IpcServerBuilder> {
  private static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);
  private static final long DEFAULT_PERMIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_HANDSHAKING = 64;

  private final IpcAddress address;
  private final Map<String, ServerServiceDefinition> services = new LinkedHashMap<>();
  private final List<ServerInterceptor> interceptors = new ArrayList<>();
  private final List<ServerStreamTracer.Factory> tracerFactories = new ArrayList<>();
  private @Nullable HandlerRegistry fallback;
  private @Nullable Executor executor;
  private @Nullable ServerCallExecutorSupplier executorSupplier;
  private @Nullable BinaryLog binaryLog;
  private Limits limits = Limits.DEFAULTS;
  private long maxMessageMemory = MessageMemory.bytesByDefault();
  private @Nullable MessageMemory messageMemory; // instead of that
  private @Nullable SpareReaders spareReaders; // instead of as many as the handlers need
  private Duration handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT;
  private HandlerLimit.Bounds handlers = Hosted.DEFAULT_HANDLERS;
  private @Nullable Integer maxConnectionsOfUser;
  private HandlerLimit.@Nullable Bounds handlersOfUser;
  private KeepAliveOptions keepAlive = KeepAliveOptions.DEFAULTS;
  private PingLimit.Options pingLimit = new PingLimit.Options(DEFAULT_PERMIT_NANOS, false);
  private Retirement.Options retirement = Retirement.Options.NEVER;
  private final TransportFilters filters = new TransportFilters();
  private WaitStrategy waitStrategy = WaitStrategy.adaptive();
  private TransportOptions transport = TransportOptions.DEFAULTS;
  private Timing timing = Timing.DEFAULTS;

  private IpcServerBuilder(IpcAddress address) {
    this.address = address;
  }

  /** A builder of servers at {@code address}. */
  public static IpcServerBuilder forAddress(IpcAddress address) {
    return new IpcServerBuilder(address);
  }

  @Override
  protected IpcServerBuilder self() {
    return this;
  }

  /** Handlers run on the thread that reads, as by default. */
  @Override
  public IpcServerBuilder directExecutor() {
    executor = null;
    return this;
  }

  @Override
  public IpcServerBuilder executor(@Nullable Executor newExecutor) {
    executor = Schedulers.unlessDirect(newExecutor);
    return this;
  }

  /**
   * Where the handler of each call runs. The supplier itself is asked where handlers run otherwise;
   * null for the call stays there.
   */
  @Override
  public IpcServerBuilder callExecutor(ServerCallExecutorSupplier supplier) {
    executorSupplier = supplier;
    return this;
  }

  /** Sees each call behind the interceptors, as in gRPC. */
  @Override
  public IpcServerBuilder setBinaryLog(@Nullable BinaryLog log) {
    binaryLog = log;
    return this;
  }

  @Override
  public IpcServerBuilder addService(ServerServiceDefinition service) {
    services.put(service.getServiceDescriptor().getName(), service);
    return this;
  }

  @Override
  public IpcServerBuilder addService(BindableService service) {
    return addService(service.bindService());
  }

  @Override
  public IpcServerBuilder intercept(ServerInterceptor interceptor) {
    interceptors.add(interceptor);
    return this;
  }

  /**
   * Traces each call whose handler is about to start, or that has none. Calls that are refused
   * before that, as over {@link #maxRunningHandlers}, are not traced.
   */
  @Override
  public IpcServerBuilder addStreamTracerFactory(ServerStreamTracer.Factory factory) {
    tracerFactories.add(factory);
    return this;
  }

  @Override
  public IpcServerBuilder fallbackHandlerRegistry(@Nullable HandlerRegistry registry) {
    fallback = registry;
    return this;
  }

  @Override
  public IpcServerBuilder useTransportSecurity(File certificateChain, File privateKey) {
    throw new UnsupportedOperationException("no TLS here: the kernel vouches for the peer");
  }

  @Override
  public IpcServerBuilder useTransportSecurity(
      InputStream certificateChain, InputStream privateKey) {
    throw new UnsupportedOperationException("no TLS here: the kernel vouches for the peer");
  }

  /** Without meaning here: messages are sent as they are. */
  @Override
  public IpcServerBuilder decompressorRegistry(@Nullable DecompressorRegistry registry) {
    return this;
  }

  /** Without meaning here: messages are sent as they are. */
  @Override
  public IpcServerBuilder compressorRegistry(@Nullable CompressorRegistry registry) {
    return this;
  }

  @Override
  public IpcServerBuilder handshakeTimeout(long timeout, TimeUnit unit) {
    handshakeTimeout = Arguments.positive("handshakeTimeout", timeout, unit);
    return this;
  }

  /** Off by default; 365 days and more switch it off. Pings while calls are open only. */
  @Override
  public IpcServerBuilder keepAliveTime(long value, TimeUnit unit) {
    keepAlive = keepAlive.withTime(value, unit);
    return this;
  }

  @Override
  public IpcServerBuilder keepAliveTimeout(long value, TimeUnit unit) {
    keepAlive = keepAlive.withTimeout(value, unit);
    return this;
  }

  /**
   * How far apart the pings of a client must at least be. A third one in a row that comes sooner
   * ends the connection with the reason. 1 s by default; a client whose {@code keepAliveTime} is
   * less needs less here.
   */
  @Override
  public IpcServerBuilder permitKeepAliveTime(long value, TimeUnit unit) {
    long nanos = Arguments.notNegative("permitKeepAliveTime", value, unit).toNanos();
    pingLimit = new PingLimit.Options(nanos, pingLimit.withoutCalls());
    return this;
  }

  /** Whether that holds also while no call is open; if not, two hours must lie between them. */
  @Override
  public IpcServerBuilder permitKeepAliveWithoutCalls(boolean permit) {
    pingLimit = new PingLimit.Options(pingLimit.nanos(), permit);
    return this;
  }

  /** Gives up connections without calls after between one and two of these. Never by default. */
  @Override
  public IpcServerBuilder maxConnectionIdle(long value, TimeUnit unit) {
    retirement =
        retirement.withIdle(Arguments.positive("maxConnectionIdle", value, unit).toNanos());
    return this;
  }

  /**
   * Gives up connections of that age, give or take a tenth: open calls go on, new ones are made on
   * a new connection. Never by default.
   */
  @Override
  public IpcServerBuilder maxConnectionAge(long value, TimeUnit unit) {
    retirement = retirement.withAge(Arguments.positive("maxConnectionAge", value, unit).toNanos());
    return this;
  }

  /** How long calls that are open at that age may go on. For ever by default. */
  @Override
  public IpcServerBuilder maxConnectionAgeGrace(long value, TimeUnit unit) {
    retirement =
        retirement.withGrace(Arguments.notNegative("maxConnectionAgeGrace", value, unit).toNanos());
    return this;
  }

  /**
   * Called when a connection is ready, before any of its calls begins, and when it is gone. It may
   * block; the connection's calls wait. One that throws ends the connection. The attributes hold
   * {@link IpcAttributes}.
   */
  @Override
  public IpcServerBuilder addTransportFilter(ServerTransportFilter filter) {
    filters.add(filter);
    return this;
  }

  @Override
  public IpcServerBuilder maxInboundMessageSize(int bytes) {
    limits = limits.withMaxMessageBytes(bytes);
    return this;
  }

  @Override
  public IpcServerBuilder maxInboundMetadataSize(int bytes) {
    limits = limits.withMaxMetadataBytes(bytes);
    return this;
  }

  /** How many calls a client may have open at once on one connection. 4,096 by default. */
  public IpcServerBuilder maxConcurrentCallsPerConnection(int calls) {
    limits = limits.withMaxStreams(Arguments.positive("maxConcurrentCallsPerConnection", calls));
    return this;
  }

  /**
   * How many handlers may run at once, and how many calls may wait for that; further ones fail with
   * RESOURCE_EXHAUSTED. A handler runs from its first callback until its call is closed. 4,096 each
   * by default.
   */
  public IpcServerBuilder maxRunningHandlers(int running, int waiting) {
    handlers = HandlerLimit.Bounds.of(running, waiting);
    return this;
  }

  /**
   * How many bytes of messages, of all connections, may be held that flow control does not bound:
   * requests of several frames that are not whole or not read yet, requests of one frame that are
   * not read, beyond what each connection has for itself, and replies that wait for clients when
   * their handlers are done. What a connection has for itself is its share of as many bytes again,
   * between 16 and 256 KiB, and what is read at once (128 KiB). A call that would need more ends
   * with RESOURCE_EXHAUSTED. By default a quarter of the heap, and 64 MiB at least; one user, by
   * uid, may have half of it if {@link #peerPolicy} is set and not {@link
   * PeerPolicy#sameUserOrRoot}.
   */
  public IpcServerBuilder maxMessageMemory(long bytes) {
    maxMessageMemory = Arguments.positive("maxMessageMemory", bytes);
    return this;
  }

  /** How many clients may be connected at once; further ones are closed. 1,024 by default. */
  public IpcServerBuilder maxConnections(int connections) {
    transport = transport.withMaxConnections(connections);
    return this;
  }

  /**
   * How much of that one user, by uid, may have: a further connection is closed, a call more waits,
   * and beyond that is RESOURCE_EXHAUSTED. By default half of each, if {@link #peerPolicy} is set
   * and not {@link PeerPolicy#sameUserOrRoot}; else all. Without effect where peers have no
   * identity, as over {@code pipe:}.
   *
   * @param connections at once
   * @param running handlers, on all of the user's connections
   * @param waiting calls that wait for one, likewise
   */
  public IpcServerBuilder maxPerUser(int connections, int running, int waiting) {
    maxConnectionsOfUser = Arguments.positive("connections", connections);
    handlersOfUser = HandlerLimit.Bounds.of(running, waiting);
    return this;
  }

  /**
   * Which clients may enter. By default those of the same user or root. The socket's mode stays
   * 0600, so for other users name the mode as well.
   */
  public IpcServerBuilder peerPolicy(PeerPolicy policy) {
    transport = transport.withPeerPolicy(policy);
    return this;
  }

  /**
   * Which clients may enter, and the mode of the socket in the file system that lets them reach it.
   * Connecting takes the right to write; the directories on the way must let them through as well.
   */
  public IpcServerBuilder peerPolicy(PeerPolicy policy, Set<PosixFilePermission> socketMode) {
    transport = transport.withPeerPolicy(policy).withSocketMode(socketMode);
    return this;
  }

  /** How threads wait. By default they spin briefly while that pays. */
  public IpcServerBuilder waitStrategy(WaitStrategy strategy) {
    waitStrategy = strategy;
    return this;
  }

  /** Makes the server's threads, which are all daemons. */
  public IpcServerBuilder threadFactory(ThreadFactory factory) {
    transport = transport.withThreadFactory(factory);
    return this;
  }

  /**
   * What serves the address; by default Strait's own transports. One's own is for addresses of
   * {@link IpcAddress#custom}, or stands in front of {@link TransportProvider#builtIn}.
   */
  public IpcServerBuilder transportProvider(TransportProvider provider) {
    transport = transport.withProvider(provider);
    return this;
  }

  /** The clock, for tests. */
  IpcServerBuilder ticker(Ticker ticker) {
    transport = transport.withTicker(ticker);
    return this;
  }

  /** Where every timer runs, for tests; never shut down here. By default one of its own. */
  IpcServerBuilder scheduler(ScheduledExecutorService newScheduler) {
    timing = timing.withScheduler(newScheduler);
    return this;
  }

  /** What spreads things in time, for tests. */
  IpcServerBuilder jitter(RandomGenerator jitter) {
    timing = timing.withJitter(jitter);
    return this;
  }

  /** How many threads read, for tests. */
  IpcServerBuilder spareReaders(SpareReaders readers) {
    spareReaders = readers;
    return this;
  }

  /** Where messages count, for tests. */
  IpcServerBuilder messageMemory(MessageMemory memory) {
    messageMemory = memory;
    return this;
  }

  /** Small windows, for tests. */
  IpcServerBuilder windows(int streamBytes, int connectionBytes) {
    limits = limits.withWindows(streamBytes, connectionBytes);
    return this;
  }

  /** Whether there may be several users, who are known. */
  private boolean hasUsers() {
    PeerPolicy policy = transport.peerPolicy();
    return transport.provider().identifiesPeers(address)
        && policy != PeerPolicy.unlessSet()
        && policy != PeerPolicy.sameUserOrRoot();
  }

  private int connectionsOfUser() {
    if (maxConnectionsOfUser != null) {
      return maxConnectionsOfUser;
    }
    return hasUsers() ? Math.max(1, transport.maxConnections() / 2) : Integer.MAX_VALUE;
  }

  private SpareReaders spareReaders() {
    return spareReaders != null
        ? spareReaders
        : SpareReaders.forHandlers(handlers.running(), hasUsers());
  }

  private MessageMemory memory() {
    if (messageMemory != null) {
      return messageMemory;
    }
    return MessageMemory.of(
        maxMessageMemory,
        hasUsers() ? Math.max(1, maxMessageMemory / 2) : maxMessageMemory,
        transport.maxConnections());
  }

  private HandlerLimit.Bounds boundsOfUser() {
    if (!transport.provider().identifiesPeers(address)) {
      return HandlerLimit.Bounds.NONE;
    }
    if (handlersOfUser != null) {
      return handlersOfUser;
    }
    return hasUsers() ? handlers.half() : HandlerLimit.Bounds.NONE;
  }

  /**
   * A server that is not started.
   *
   * @throws UnsupportedOperationException if this platform cannot serve such an address; the
   *     message says what is missing
   * @throws IllegalArgumentException if a {@link #peerPolicy} is set and peers at such an address
   *     have no identity, as over {@code pipe:}
   */
  @Override
  public Server build() {
    return new IpcServer(
        address,
        new ServerOptions(
            new Hosted(
                List.copyOf(services.values()),
                fallback,
                List.copyOf(interceptors),
                binaryLog,
                executorSupplier,
                List.copyOf(tracerFactories),
                executor,
                handlers,
                boundsOfUser(),
                limits.maxMessageBytes()),
            limits,
            memory(),
            handshakeTimeout,
            MAX_HANDSHAKING,
            connectionsOfUser(),
            keepAlive,
            pingLimit,
            retirement,
            filters.copy(),
            spareReaders(),
            waitStrategy,
            transport,
            timing));
  }
}
