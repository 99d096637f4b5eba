package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.strait.rpc.touchpoint.ServerContext;
import dev.strait.transport.Acceptor;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.Transport;
import dev.strait.transport.Transports;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The server: its address, its connections and its life. Thread-safe. */
final class IpcServer extends Server implements Connection.Owner {
  private static final int FIRST_STREAM_ID = 2;

  private final IpcAddress address;
  private final ServerOptions options;
  private final ScheduledExecutorService scheduler;
  private final Watcher watcher;
  private final Monitor monitor;
  private final LastResort lastResort;
  private final ConnectionSettings settings;
  private final Acceptor acceptor;
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final UserConnections users;

  @GuardedBy("this")
  private final Map<Connection, Retirement> connections = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Set<Connection> handshaking = new LinkedHashSet<>();

  @GuardedBy("this")
  private boolean started;

  @GuardedBy("this")
  private boolean shutdown;

  IpcServer(IpcAddress address, ServerOptions options) {
    this.address = address;
    this.options = options;
    var threads = options.transport().threadFactory();
    this.scheduler =
        Schedulers.schedulerOr(options.timing().scheduler(), "strait-timer " + address, threads);
    this.monitor = new Monitor(options.transport().ticker());
    this.watcher = new Watcher("strait-watcher " + address, threads, options.transport().ticker());
    this.lastResort =
        new LastResort("strait-callbacks " + address, threads, scheduler, this::terminateIfDone);
    this.settings =
        new ConnectionSettings(
            options.limits(),
            options.memory(),
            options.handshakeTimeout(),
            options.handshakeTimeout(),
            options.keepAlive(),
            options.spareReaders(),
            options.waitStrategy(),
            threads,
            scheduler,
            options.transport().ticker(),
            watcher,
            monitor,
            options.pingLimit(),
            options.filters(),
            new Dispatcher(
                options.hosted(),
                ServerContext.with(Context.ROOT, this),
                scheduler,
                options.transport().ticker(),
                lastResort),
            FIRST_STREAM_ID);
    this.users = new UserConnections(options.maxConnectionsOfUser());
    this.acceptor = Transports.acceptor(address, options.transport());
  }

  IpcCounters counters() {
    return monitor.counters(0, settings.dispatcher().limit().begun());
  }

  // For the application.

  @Override
  public Server start() throws IOException {
    synchronized (this) {
      if (started) {
        throw new IllegalStateException("Already started");
      }
      if (shutdown) {
        throw new IllegalStateException("Shutting down");
      }
      started = true;
    }
    try {
      acceptor.start(this::accepted, this::turnedAway);
    } catch (IOException | RuntimeException | Error e) {
      shutdownNow();
      throw e;
    }
    closeAcceptorIfShutDown();
    return this;
  }

  @Override
  public List<? extends SocketAddress> getListenSockets() {
    return List.of(address);
  }

  @Override
  public List<ServerServiceDefinition> getServices() {
    var fallback = options.hosted().fallback();
    if (fallback == null) {
      return options.hosted().services();
    }
    List<ServerServiceDefinition> all = new ArrayList<>(options.hosted().services());
    all.addAll(fallback.getServices());
    return List.copyOf(all);
  }

  @Override
  public List<ServerServiceDefinition> getImmutableServices() {
    return options.hosted().services();
  }

  @Override
  public List<ServerServiceDefinition> getMutableServices() {
    var fallback = options.hosted().fallback();
    return fallback == null ? List.of() : List.copyOf(fallback.getServices());
  }

  @Override
  public Server shutdown() {
    List<Connection> open = beginShutdown();
    open.forEach(
        connection -> connection.end().drain(GoAwayReason.SHUTDOWN, "the server shuts down"));
    terminateIfDone();
    return this;
  }

  @Override
  public Server shutdownNow() {
    List<Connection> open = beginShutdown();
    open.forEach(
        connection ->
            connection.end().goAwayAndClose(GoAwayReason.SHUTDOWN, "the server shuts down now"));
    terminateIfDone();
    return this;
  }

  @Override
  public synchronized boolean isShutdown() {
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
  public void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  @Override
  public String toString() {
    return "IpcServer{" + address + "}";
  }

  private List<Connection> beginShutdown() {
    List<Connection> open;
    synchronized (this) {
      shutdown = true;
      open = List.copyOf(connections.keySet());
    }
    acceptor.close();
    return open;
  }

  private void closeAcceptorIfShutDown() {
    if (isShutdown()) {
      acceptor.close();
    }
  }

  private void terminateIfDone() {
    synchronized (this) {
      if (!shutdown || !connections.isEmpty() || lastResort.isWaiting()) {
        return;
      }
    }
    watcher.close();
    if (options.timing().scheduler() == null) {
      scheduler.shutdownNow();
    }
    terminated.countDown();
  }

  // Connections.

  /** A stream came. Its identity is checked and its HELLO awaited on its own thread. */
  private void accepted(Transport transport) {
    Connection connection = new Connection(transport, false, settings, this);
    Connection evicted;
    if (isShutdown()) {
      transport.close(new IOException(address + " is shutting down"));
      return;
    }
    synchronized (this) {
      evicted = handshaking.size() >= options.maxHandshaking() ? takeOneToTurnOut() : null;
      connections.put(connection, new Retirement(connection, options.retirement(), scheduler));
      handshaking.add(connection);
    }
    if (evicted != null) {
      String limit =
          "more than "
              + options.maxHandshaking()
              + " connections of "
              + address
              + " are in their handshake; this is the oldest of its user";
      settings.monitor().hitLimit(evicted, limit);
      evicted.end().close(new IOException(limit));
    }
    connection.start();
    if (isShutdown()) {
      // It may have missed that, or have calls already.
      connection.end().drain(GoAwayReason.SHUTDOWN, "the server shuts down");
    }
  }

  private void turnedAway() {
    monitor.turnedAway(address.toString(), options.transport().maxConnections());
  }

  /**
   * The oldest of the user who has the most, so that nobody turns out another's by coming often.
   * Those that nobody has vouched for yet count as one user.
   */
  @GuardedBy("this")
  private Connection takeOneToTurnOut() {
    Map<Long, List<Connection>> byUser = new LinkedHashMap<>();
    for (Connection connection : handshaking) {
      byUser.computeIfAbsent(connection.uid(), any -> new ArrayList<>()).add(connection);
    }
    Connection chosen =
        Collections.max(byUser.values(), Comparator.comparingInt(List::size)).get(0);
    handshaking.remove(chosen);
    return chosen;
  }

  @Override
  public void ready(Connection connection) {
    boolean late;
    Retirement retirement;
    synchronized (this) {
      handshaking.remove(connection);
      late = shutdown;
      retirement = connections.get(connection);
    }
    if (retirement != null) {
      retirement.start(options.timing().jitter().nextDouble());
    }
    if (late) {
      connection.end().drain(GoAwayReason.SHUTDOWN, "the server shuts down");
    }
  }

  @Override
  public void admit(Connection connection) throws WireException {
    users.admit(connection);
  }

  @Override
  public void draining(Connection connection) {}

  @Override
  public void closed(Connection connection, Status reason) {
    Retirement retirement;
    synchronized (this) {
      retirement = connections.remove(connection);
      handshaking.remove(connection);
    }
    if (retirement != null) {
      retirement.stop();
    }
    users.leave(connection);
    terminateIfDone();
  }
}
