package dev.strait.rpc;

import dev.strait.transport.IpcAddress;
import io.grpc.BinaryLog;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The client's entry: calls, the channel's life, and what its calls have in common. Thread-safe.
 */
final class IpcChannel extends ManagedChannel {
  /** Servers ping as often as they are told to, which a client need not know. */
  private static final PingLimit.Options FLOODS_ONLY = new PingLimit.Options(1_000_000, true);

  private final IpcAddress address;
  private final ChannelOptions options;
  private final ScheduledExecutorService scheduler;
  private final Watcher watcher;
  private final Monitor monitor;
  private final LastResort lastResort;
  private final Dispatcher dispatcher;
  private final Connectivity connectivity;
  private final Connector connector;
  private final Channel intercepted;
  private final Deadline.Ticker deadlineTicker;

  private final AtomicInteger openCalls = new AtomicInteger();
  private final AtomicLong startedCalls = new AtomicLong();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final IdleCheck idleCheck;
  private volatile boolean shutdown;
  private volatile boolean shutdownNow;

  IpcChannel(IpcAddress address, ChannelOptions options) {
    this.address = address;
    this.options = options;
    var threads = options.transport().threadFactory();
    this.scheduler =
        Schedulers.schedulerOr(options.timing().scheduler(), "strait-timer " + address, threads);
    this.monitor = new Monitor(options.transport().ticker());
    this.watcher = new Watcher("strait-watcher " + address, threads, options.transport().ticker());
    this.lastResort =
        new LastResort("strait-callbacks " + address, threads, scheduler, this::terminateIfDone);
    this.dispatcher =
        new Dispatcher(
            options.hosted(), Context.ROOT, scheduler, options.transport().ticker(), lastResort);
    Executor own = dispatcher.executor();
    this.connectivity = new Connectivity(own == null ? lastResort : own, lastResort);
    this.connector =
        new Connector(
            address,
            options.transport(),
            settings(),
            connectivity,
            new Backoff(options.timing().jitter()),
            this::terminateIfDone);
    this.idleCheck =
        new IdleCheck(
            () -> startedCalls.get() + dispatcher.limit().begun(),
            () -> openCalls.get() > 0 || connector.hasOpenCalls(),
            () -> connector.drain(GoAwayReason.IDLE, "no call for " + options.idleTimeout()));
    this.deadlineTicker = DeadlineTicker.of(options.transport().ticker());
    Channel calls = new Calls();
    BinaryLog log = options.binaryLog();
    this.intercepted =
        ClientInterceptors.intercept(
            log == null ? calls : log.wrapChannel(calls), options.interceptors());
  }

  private ConnectionSettings settings() {
    return new ConnectionSettings(
        options.limits(),
        options.memory(),
        options.connectTimeout(),
        options.connectTimeout(),
        options.keepAlive(),
        options.spareReaders(),
        options.waitStrategy(),
        options.transport().threadFactory(),
        scheduler,
        options.transport().ticker(),
        watcher,
        monitor,
        FLOODS_ONLY,
        options.filters(),
        dispatcher,
        options.firstStreamId());
  }

  IpcCounters counters() {
    return monitor.counters(startedCalls.get(), dispatcher.limit().begun());
  }

  /** What the interceptors wrap. */
  private final class Calls extends Channel implements IpcClientCall.Owner {
    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions callOptions) {
      return new IpcClientCall<>(this, method, withDefaults(callOptions));
    }

    private CallOptions withDefaults(CallOptions callOptions) {
      Duration deadline = options.defaultDeadline();
      if (deadline == null
          || callOptions.getDeadline() != null
          || Context.current().getDeadline() != null) {
        return callOptions;
      }
      return callOptions.withDeadline(
          Deadline.after(deadline.toNanos(), TimeUnit.NANOSECONDS, deadlineTicker));
    }

    @Override
    public String authority() {
      return options.authority();
    }

    @Override
    public boolean callStarted() {
      openCalls.incrementAndGet();
      startedCalls.lazySet(startedCalls.getPlain() + 1);
      return !shutdown;
    }

    @Override
    public void countAgain() {
      openCalls.incrementAndGet();
    }

    @Override
    public void callEnded(ClientStream stream) {
      // A one-way call may be over for its caller and yet wait to be made again.
      if (stream.state().isOver()) {
        connector.remove(stream);
      }
      if (openCalls.decrementAndGet() == 0 && shutdown) {
        closeIfUnused();
      }
    }

    @Override
    public void heldUp(ClientStream stream) {
      connector.heldUp(stream);
    }

    @Override
    public void submit(ClientStream stream) {
      connector.submit(stream);
    }

    @Override
    public boolean callsBack() {
      return false;
    }

    @Override
    public Status shutdownStatus() {
      return IpcChannel.this.shutdownStatus();
    }

    @Override
    public IpcAddress address() {
      return address;
    }

    @Override
    public int maxInboundMessageBytes() {
      return options.limits().maxMessageBytes();
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return scheduler;
    }

    @Override
    public Executor fallbackExecutor() {
      return lastResort;
    }

    @Override
    public @Nullable Executor executor() {
      return options.hosted().executor();
    }
  }

  /** Begins to watch for the idle timeout. */
  IpcChannel start() {
    idleCheck.start(scheduler, options.idleTimeout().toNanos());
    return this;
  }

  // For the application.

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions callOptions) {
    return intercepted.newCall(method, callOptions);
  }

  @Override
  public String authority() {
    return options.authority();
  }

  @Override
  public ConnectivityState getState(boolean requestConnection) {
    if (requestConnection && !shutdown) {
      connector.connect();
    }
    return connectivity.get();
  }

  @Override
  public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
    connectivity.whenNot(source, callback);
  }

  @Override
  public void resetConnectBackoff() {
    connector.resetBackoff();
  }

  @Override
  public void enterIdle() {
    if (!shutdown) {
      connector.drain(GoAwayReason.IDLE, "the channel enters idle");
    }
  }

  @Override
  public ManagedChannel shutdown() {
    shutdown = true;
    connectivity.set(ConnectivityState.SHUTDOWN);
    closeIfUnused();
    return this;
  }

  @Override
  public ManagedChannel shutdownNow() {
    shutdownNow = true;
    shutdown = true;
    connectivity.set(ConnectivityState.SHUTDOWN);
    connector.closeNow(shutdownStatus());
    terminateIfDone();
    return this;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }

  @Override
  public String toString() {
    return "IpcChannel{" + address + ", " + connectivity.get() + "}";
  }

  // The end.

  private Status shutdownStatus() {
    return Status.UNAVAILABLE.withDescription(
        shutdownNow ? "Channel shutdownNow invoked" : "Channel shutdown invoked");
  }

  private void closeIfUnused() {
    if (openCalls.get() == 0) {
      connector.close();
      connector.drain(GoAwayReason.SHUTDOWN, "the channel is shut down");
      terminateIfDone();
    }
  }

  private void terminateIfDone() {
    if (shutdown && openCalls.get() == 0 && connector.isAllClosed() && !lastResort.isWaiting()) {
      idleCheck.stop();
      watcher.close();
      if (options.timing().scheduler() == null) {
        scheduler.shutdownNow();
      }
      terminated.countDown();
    }
  }
}
