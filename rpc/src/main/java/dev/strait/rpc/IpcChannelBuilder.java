package dev.strait.rpc;

import dev.strait.rpc.touchpoint.MeteredChannelBuilder;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.PeerPolicy;
import dev.strait.transport.Ticker;
import dev.strait.transport.TransportOptions;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.Transports;
import dev.strait.transport.WaitStrategy;
import io.grpc.BinaryLog;
import io.grpc.BindableService;
import io.grpc.ChannelConfigurator;
import io.grpc.ClientInterceptor;
import io.grpc.ClientTransportFilter;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.ProxyDetector;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Builds channels to a service in another process on this machine: {@link ManagedChannelBuilder} as
 * in all of gRPC, so that stubs and interceptors are the same.
 *
 * <p>By default callbacks of asynchronous calls run on the thread that reads the connection; one
 * that blocks delays nobody, because another thread then goes on reading. What gRPC's builder
 * offers and a local channel cannot honour throws {@link UnsupportedOperationException}, or says
 * that it is without meaning; docs/builders.md has the whole table. Messages are never compressed.
 *
 * <p>Not thread-safe.
 */
public final class IpcChannelBuilder extends MeteredChannelBuilder<IpcChannelBuilder> {
  private static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(30);

  private final IpcAddress address;
  private final List<ClientInterceptor> interceptors = new ArrayList<>();
  private final Map<String, ServerServiceDefinition> services = new LinkedHashMap<>();
  private @Nullable Executor executor;
  private @Nullable Duration defaultDeadline;
  private @Nullable BinaryLog binaryLog;
  private HandlerLimit.Bounds handlers = Hosted.DEFAULT_HANDLERS;
  private String authority = "localhost";
  private Limits limits = Limits.DEFAULTS;
  private long maxMessageMemory = MessageMemory.bytesByDefault();
  private @Nullable MessageMemory messageMemory; // instead of that
  private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
  private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
  private KeepAliveOptions keepAlive = KeepAliveOptions.DEFAULTS;
  private final TransportFilters filters = new TransportFilters();
  private WaitStrategy waitStrategy = WaitStrategy.adaptive();
  private TransportOptions transport = TransportOptions.DEFAULTS;
  private int firstStreamId = 1;
  private Timing timing = Timing.DEFAULTS;

  private IpcChannelBuilder(IpcAddress address) {
    this.address = address;
  }

  /** A builder of channels to {@code address}. */
  public static IpcChannelBuilder forAddress(IpcAddress address) {
    return new IpcChannelBuilder(address);
  }

  @Override
  protected IpcChannelBuilder self() {
    return this;
  }

  @Override
  protected IpcAddress address() {
    return address;
  }

  /** Callbacks run on the thread that reads, as by default. */
  @Override
  public IpcChannelBuilder directExecutor() {
    executor = null;
    return this;
  }

  @Override
  public IpcChannelBuilder executor(Executor newExecutor) {
    executor = Schedulers.unlessDirect(newExecutor);
    return this;
  }

  @Override
  public IpcChannelBuilder intercept(List<ClientInterceptor> added) {
    interceptors.addAll(added);
    return this;
  }

  @Override
  public IpcChannelBuilder intercept(ClientInterceptor... added) {
    return intercept(Arrays.asList(added));
  }

  /** Without meaning here: no user agent is sent. */
  @Override
  public IpcChannelBuilder userAgent(String userAgent) {
    return this;
  }

  /** What calls of this channel report as their authority; the server is not told. */
  @Override
  public IpcChannelBuilder overrideAuthority(String newAuthority) {
    authority = newAuthority;
    return this;
  }

  /** Without meaning here: nothing is ever encrypted, the kernel vouches for the peer. */
  @Override
  public IpcChannelBuilder usePlaintext() {
    return this;
  }

  @Override
  public IpcChannelBuilder useTransportSecurity() {
    throw new UnsupportedOperationException("no TLS here: the kernel vouches for the peer");
  }

  @Override
  @Deprecated
  public IpcChannelBuilder nameResolverFactory(NameResolver.Factory factory) {
    throw new UnsupportedOperationException("the address is known, nothing is resolved");
  }

  /** Without meaning here: messages are sent as they are. */
  @Override
  public IpcChannelBuilder decompressorRegistry(DecompressorRegistry registry) {
    return this;
  }

  /** Without meaning here: messages are sent as they are. */
  @Override
  public IpcChannelBuilder compressorRegistry(CompressorRegistry registry) {
    return this;
  }

  @Override
  public IpcChannelBuilder idleTimeout(long value, TimeUnit unit) {
    idleTimeout = Arguments.positive("idleTimeout", value, unit);
    return this;
  }

  @Override
  public IpcChannelBuilder maxInboundMessageSize(int bytes) {
    limits = limits.withMaxMessageBytes(bytes);
    return this;
  }

  @Override
  public IpcChannelBuilder maxInboundMetadataSize(int bytes) {
    limits = limits.withMaxMetadataBytes(bytes);
    return this;
  }

  /** Off by default; 365 days and more switch it off. */
  @Override
  public IpcChannelBuilder keepAliveTime(long value, TimeUnit unit) {
    keepAlive = keepAlive.withTime(value, unit);
    return this;
  }

  @Override
  public IpcChannelBuilder keepAliveTimeout(long value, TimeUnit unit) {
    keepAlive = keepAlive.withTimeout(value, unit);
    return this;
  }

  @Override
  public IpcChannelBuilder keepAliveWithoutCalls(boolean enable) {
    keepAlive = keepAlive.withoutCalls(enable);
    return this;
  }

  /**
   * Called when a connection is ready, before any call is sent on it, and when it is gone. It may
   * block; the channel's calls wait. One that throws ends the connection.
   */
  @Override
  public IpcChannelBuilder addTransportFilter(ClientTransportFilter filter) {
    filters.add(filter);
    return this;
  }

  /** Without meaning here: calls that the server never saw are sent again, no others. */
  @Override
  public IpcChannelBuilder enableRetry() {
    return this;
  }

  /** Without meaning here: calls that the server never saw are sent again, no others. */
  @Override
  public IpcChannelBuilder disableRetry() {
    return this;
  }

  /** Without meaning here: calls that the server never saw are sent again, no others. */
  @Override
  public IpcChannelBuilder maxRetryAttempts(int attempts) {
    return this;
  }

  /** Without meaning here: calls are not hedged. */
  @Override
  public IpcChannelBuilder maxHedgedAttempts(int attempts) {
    return this;
  }

  /** Without meaning here: up to 64 KiB of a call is kept until it is answered. */
  @Override
  public IpcChannelBuilder retryBufferSize(long bytes) {
    return this;
  }

  /** Without meaning here: up to 64 KiB of a call is kept until it is answered. */
  @Override
  public IpcChannelBuilder perRpcBufferLimit(long bytes) {
    return this;
  }

  /** Without meaning here: there is no name resolution whose result could hold one. */
  @Override
  public IpcChannelBuilder disableServiceConfigLookUp() {
    return this;
  }

  /** Without meaning here: there is one server. */
  @Override
  public IpcChannelBuilder defaultLoadBalancingPolicy(String policy) {
    return this;
  }

  /** Without meaning here: the address is known, nothing is resolved. */
  @Override
  public <X> IpcChannelBuilder setNameResolverArg(NameResolver.Args.Key<X> key, X value) {
    return this;
  }

  /** Without meaning here: a local socket has no proxy. */
  @Override
  public IpcChannelBuilder proxyDetector(ProxyDetector detector) {
    return this;
  }

  /** Without meaning here: nothing is resolved; call credentials run where callbacks do. */
  @Override
  public IpcChannelBuilder offloadExecutor(Executor offload) {
    return this;
  }

  /** Without meaning here: channelz does not know this channel. */
  @Override
  public IpcChannelBuilder maxTraceEvents(int events) {
    return this;
  }

  /** Without meaning here: there are no channels within this one. */
  @Override
  public IpcChannelBuilder childChannelConfigurator(ChannelConfigurator configurator) {
    return this;
  }

  /**
   * Refused: neither retries, hedging, timeouts nor load balancing of a service config would be
   * honoured. Use {@link #defaultDeadline}, deadlines of calls, and an interceptor for retries.
   */
  @Override
  public IpcChannelBuilder defaultServiceConfig(Map<String, ?> config) {
    throw new UnsupportedOperationException(
        "service configs are not honoured: set deadlines on calls or a defaultDeadline, and make"
            + " failed calls again in an interceptor");
  }

  /**
   * Hosts a service that the server may call, on the connection that this channel makes: see {@link
   * PeerChannel}. Its handlers run where the callbacks of this channel's calls do. A channel does
   * not connect for it, nor again when the connection is lost: the next call does, or {@link
   * ManagedChannel#getState getState(true)}. What the server calls keeps the channel from idling.
   */
  public IpcChannelBuilder addService(ServerServiceDefinition service) {
    services.put(service.getServiceDescriptor().getName(), service);
    return this;
  }

  /** Hosts a service that the server may call, as {@link #addService(ServerServiceDefinition)}. */
  public IpcChannelBuilder addService(BindableService service) {
    return addService(service.bindService());
  }

  /**
   * How many handlers of hosted services may run at once, and how many calls may wait for that;
   * further ones fail with RESOURCE_EXHAUSTED. 4,096 each by default.
   */
  public IpcChannelBuilder maxRunningHandlers(int running, int waiting) {
    handlers = HandlerLimit.Bounds.of(running, waiting);
    return this;
  }

  /**
   * How many bytes of replies may be held that are not whole or not read yet, besides 256 KiB of
   * small ones on each connection, and what is read at once. A call that would need more ends with
   * RESOURCE_EXHAUSTED. By default a quarter of the heap, and 64 MiB at least.
   */
  public IpcChannelBuilder maxMessageMemory(long bytes) {
    maxMessageMemory = Arguments.positive("maxMessageMemory", bytes);
    return this;
  }

  /** How long one attempt to connect may take, the handshake included. 5 s by default. */
  public IpcChannelBuilder connectTimeout(Duration timeout) {
    connectTimeout = Arguments.positive("connectTimeout", timeout.toNanos(), TimeUnit.NANOSECONDS);
    return this;
  }

  /**
   * The deadline of calls whose options and {@link io.grpc.Context} have none, streams included,
   * counted from when they are made. There is none by default. A call that may go on for ever says
   * so with a deadline of its own, far away.
   */
  public IpcChannelBuilder defaultDeadline(Duration deadline) {
    defaultDeadline =
        Arguments.positive("defaultDeadline", deadline.toNanos(), TimeUnit.NANOSECONDS);
    return this;
  }

  /** Sees each call behind the interceptors, as in gRPC. */
  @Override
  public IpcChannelBuilder setBinaryLog(@Nullable BinaryLog log) {
    binaryLog = log;
    return this;
  }

  /** Which servers are trusted. By default those of the same user or root. */
  public IpcChannelBuilder peerPolicy(PeerPolicy policy) {
    transport = transport.withPeerPolicy(policy);
    return this;
  }

  /** How threads wait. By default they spin briefly while that pays. */
  public IpcChannelBuilder waitStrategy(WaitStrategy strategy) {
    waitStrategy = strategy;
    return this;
  }

  /** Makes the channel's threads, which are all daemons. */
  public IpcChannelBuilder threadFactory(ThreadFactory factory) {
    transport = transport.withThreadFactory(factory);
    return this;
  }

  /**
   * What reaches the address; by default Strait's own transports. One's own is for addresses of
   * {@link IpcAddress#custom}, or stands in front of {@link TransportProvider#builtIn}.
   */
  public IpcChannelBuilder transportProvider(TransportProvider provider) {
    transport = transport.withProvider(provider);
    return this;
  }

  /** The clock, for tests. */
  IpcChannelBuilder ticker(Ticker ticker) {
    transport = transport.withTicker(ticker);
    return this;
  }

  /** Where every timer runs, for tests; never shut down here. By default one of its own. */
  IpcChannelBuilder scheduler(ScheduledExecutorService newScheduler) {
    timing = timing.withScheduler(newScheduler);
    return this;
  }

  /** What spreads things in time, for tests. */
  IpcChannelBuilder jitter(RandomGenerator jitter) {
    timing = timing.withJitter(jitter);
    return this;
  }

  /** An odd number near the end of all ids, for tests. */
  IpcChannelBuilder firstStreamId(int id) {
    firstStreamId = id;
    return this;
  }

  private MessageMemory memory() {
    return messageMemory != null
        ? messageMemory
        : MessageMemory.of(maxMessageMemory, maxMessageMemory, 1);
  }

  /** Where messages count, for tests. */
  IpcChannelBuilder messageMemory(MessageMemory memory) {
    messageMemory = memory;
    return this;
  }

  /** Small windows, for tests. */
  IpcChannelBuilder windows(int streamBytes, int connectionBytes) {
    limits = limits.withWindows(streamBytes, connectionBytes);
    return this;
  }

  /**
   * A channel that connects with its first call.
   *
   * @throws UnsupportedOperationException if this platform cannot reach such an address; the
   *     message says what is missing
   * @throws IllegalArgumentException if a {@link #peerPolicy} is set and peers at such an address
   *     have no identity, as over {@code pipe:}
   */
  @Override
  public ManagedChannel build() {
    Transports.connecting(address, transport);
    return new IpcChannel(
            address,
            new ChannelOptions(
                authority,
                defaultDeadline,
                binaryLog,
                List.copyOf(interceptors),
                new Hosted(
                    List.copyOf(services.values()),
                    null,
                    List.of(),
                    null,
                    null,
                    List.of(),
                    executor,
                    handlers,
                    HandlerLimit.Bounds.NONE,
                    limits.maxMessageBytes()),
                limits,
                memory(),
                connectTimeout,
                idleTimeout,
                keepAlive,
                filters.copy(),
                SpareReaders.forHandlers(handlers.running(), false),
                waitStrategy,
                transport,
                firstStreamId,
                timing))
        .start();
  }
}
