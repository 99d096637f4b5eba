package dev.strait.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.strait.rpc.testing.TestBuilders;
import dev.strait.transport.BufferPool;
import dev.strait.transport.IpcAddress;
import dev.strait.transport.TransportProvider;
import dev.strait.transport.WaitStrategy;
import dev.strait.transport.contract.FaultingProvider;
import dev.strait.transport.contract.Faults;
import dev.strait.transport.simulation.Simulation;
import dev.strait.transport.simulation.SteppingProvider;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One simulated life of a server and its clients, all of it drawn from a seed: settings, faults,
 * calls, restarts and interrupts. What both sides have seen is held against each other.
 *
 * <p>Held for each run: every call ends once, with a status that its plan allows, within 100 ms of
 * its deadline (G1); no more handlers run than may (G2); messages come whole, once and in order;
 * nobody hears of a success that the other side does not know of; no credit is granted beyond a
 * window more than what has come (G4, see {@link CreditLedger}); and no thread, timer, buffer or
 * byte of the memory that messages may hold is left (G7). In some lives no thread can be had now
 * and then, in some there is little of that memory.
 */
final class SimulatedRun {
  /** More than any life needs. */
  private static final int AMPLE_BYTES = 1 << 30;

  /** What each connection has for itself. */
  private static final int UNREAD_BYTES = 1024;

  /** So long after the end of a call its handler knows of it, also if it is held up by others. */
  private static final long LATEST_NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** A connection that has gone silent is found out by pings. */
  private static final long LATEST_NEWS_OF_A_BREAK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long LONGEST_END_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int MOST_WAITING = 10_000;
  private static final int MOST_CLIENTS = 3;
  private static final int MOST_CALLS_OF_A_CLIENT = 50;
  private static final int MOST_CALLS = MOST_CLIENTS * MOST_CALLS_OF_A_CLIENT;
  private static final int UNLIMITED = 10_000;
  private static final long NEVER_MICROS = TimeUnit.DAYS.toMicros(1);

  private final IpcAddress address;
  private final Simulation simulation;
  private final RandomGenerator random;
  private final Ledger ledger = new Ledger();
  private final Map<Integer, PlannedCaller> callers = new TreeMap<>();

  private final boolean rough;
  private final boolean breaks;
  private final boolean lacksThreads;
  private final boolean lacksRoom;
  private final int messageBytes;
  private final int waiting;
  private final int handlers;
  private final int streamWindow;
  private final int connectionWindow;
  private final int maxStreams;
  private final boolean ages;
  private final @Nullable Executor clientExecutor;
  private final @Nullable Executor serverExecutor;
  private final WaitStrategy waits;
  private final CreditLedger provider;
  private final Traced.@Nullable Calls atClients;
  private final Traced.@Nullable Calls atServer;

  private final List<MessageMemory> memories = new ArrayList<>();
  private Thread living;
  private int calls;

  private SimulatedRun(long seed, Simulation simulation) {
    this.simulation = simulation;
    this.address = IpcAddress.of("memory:simulated-" + seed);
    this.random = simulation.random();
    this.rough = random.nextBoolean();
    this.breaks = rough && random.nextBoolean();
    this.lacksThreads = breaks && random.nextBoolean();
    this.lacksRoom = random.nextInt(4) == 0;
    this.messageBytes = lacksRoom ? random.nextInt(1 << random.nextInt(12, 19)) + 1 : AMPLE_BYTES;
    this.waiting = lacksRoom ? random.nextInt(10) : MOST_WAITING;
    this.handlers = new int[] {1, 3, UNLIMITED}[random.nextInt(3)];
    this.streamWindow = 1 << random.nextInt(10, 17);
    // Calls that wait for others to be handled keep the connection's credit from these.
    this.connectionWindow =
        handlers == UNLIMITED ? streamWindow << random.nextInt(4) : streamWindow * MOST_CALLS;
    this.maxStreams = random.nextInt(3) == 0 ? random.nextInt(1, 5) : MOST_CALLS;
    this.ages = random.nextInt(4) == 0;
    this.clientExecutor = executor();
    this.serverExecutor = executor();
    this.waits = random.nextBoolean() ? WaitStrategy.adaptive() : WaitStrategy.parking();
    this.provider =
        new CreditLedger(
            new FaultingProvider(
                new SteppingProvider(TransportProvider.builtIn(), simulation), this::faults),
            streamWindow,
            connectionWindow);
    this.atClients = random.nextInt(4) == 0 ? new Traced.Calls() : null;
    this.atServer = random.nextInt(4) == 0 ? new Traced.Calls() : null;
  }

  /** What has come of a run that did not fail. */
  record Outcome(int calls, int succeeded, long turns, long trace) {}

  /**
   * Runs the life of {@code seed}.
   *
   * @param log where each step is told; null for nowhere
   * @throws AssertionError if something does not hold
   */
  static Outcome of(long seed, @Nullable PrintStream log) {
    Simulation simulation = new Simulation(seed, log);
    SimulatedRun[] run = new SimulatedRun[1];
    simulation.run(
        () -> {
          run[0] = new SimulatedRun(seed, simulation);
          run[0].live();
        });
    return run[0].check();
  }

  private @Nullable Executor executor() {
    if (random.nextBoolean()) {
      return null;
    }
    Executor pool = simulation.executor(random.nextInt(1, 4));
    boolean refuses = random.nextInt(4) == 0;
    return task -> {
      if (refuses && random.nextInt(8) == 0) {
        throw new RejectedExecutionException("planned");
      }
      pool.execute(task);
    };
  }

  private Faults faults() {
    Faults faults =
        random.nextBoolean() ? Faults.NONE : Faults.splitsMergesAndDelays(random.nextLong());
    if (breaks && random.nextInt(3) > 0) {
      long bytes = random.nextInt(1 << random.nextInt(4, 17));
      faults =
          switch (random.nextInt(3)) {
            case 0 -> faults.endingAfter(bytes);
            case 1 -> faults.resettingAfter(bytes);
            default -> faults.silentAfter(bytes);
          };
    }
    return faults;
  }

  private void live() {
    living = Thread.currentThread();
    Server server = serve();
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = random.nextInt(1, 3); i > 0; i--) {
      channels.add(channel());
    }
    List<Thread> clients = new ArrayList<>();
    for (int i = random.nextInt(MOST_CLIENTS) + 1; i > 0; i--) {
      ManagedChannel channel = channels.get(i % channels.size());
      int calls = random.nextInt(MOST_CALLS_OF_A_CLIENT) + 1;
      clients.add(simulation.threads().newThread(() -> makeCalls(channel, calls)));
    }
    clients.forEach(Thread::start);
    if (rough) {
      server = disturb(server, channels, clients);
    }
    await("the calls end", () -> clients.stream().noneMatch(simulation::isAlive) && allClosed());
    simulation.sleep(breaks ? LATEST_NEWS_OF_A_BREAK_NANOS : LATEST_NEWS_NANOS);
    if (ledger.begun() != ledger.ended()) {
      simulation.fail(
          ledger.open() + " still run, although their callers have heard the end", null);
    }
    channels.forEach(random.nextBoolean() ? ManagedChannel::shutdown : ManagedChannel::shutdownNow);
    await("the channels end", () -> channels.stream().allMatch(ManagedChannel::isTerminated));
    server.shutdown();
    await("the server ends", server::isTerminated);
    // What plans wanted to be done later, and came too late.
    simulation.sleep(CallPlan.LONGEST_DELAY_NANOS);
  }

  private boolean allClosed() {
    return callers.values().stream().allMatch(PlannedCaller::isClosed);
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    if (!simulation.await(condition, LONGEST_END_NANOS)) {
      List<PlannedCaller> open =
          callers.values().stream().filter(caller -> !caller.isClosed()).toList();
      simulation.fail(
          "waited in vain until " + what + "; open are " + open + simulation.standings(), null);
    }
  }

  /** For all but the one that lives, which starts servers. */
  private Thread newThread(Runnable task) {
    if (lacksThreads && Thread.currentThread() != living && random.nextInt(4) == 0) {
      throw new NoThread();
    }
    return simulation.threads().newThread(task);
  }

  /** What the JDK throws, without the stack, which the log would be full of. */
  private static final class NoThread extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    NoThread() {
      super("planned: no thread can be had");
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /** It is whole again at the end. */
  private MessageMemory newMemory() {
    MessageMemory memory = new MessageMemory(messageBytes, messageBytes, UNREAD_BYTES);
    memories.add(memory);
    return memory;
  }

  private Server serve() {
    try {
      IpcServerBuilder builder =
          TestBuilders.server(address)
              .messageMemory(newMemory())
              .transportProvider(provider)
              .ticker(simulation)
              .scheduler(simulation.timers())
              .jitter(random)
              .threadFactory(this::newThread)
              .waitStrategy(waits)
              .windows(streamWindow, connectionWindow)
              .maxRunningHandlers(handlers, waiting)
              .executor(serverExecutor)
              .maxConcurrentCallsPerConnection(maxStreams)
              .maxConnectionAge(ages ? 3_000 : NEVER_MICROS, TimeUnit.MICROSECONDS)
              .permitKeepAliveTime(1, TimeUnit.MILLISECONDS)
              .keepAliveTime(breaks ? 200 : 1_000, TimeUnit.MILLISECONDS)
              .keepAliveTimeout(200, TimeUnit.MILLISECONDS)
              .intercept(ledger)
              .addService(new PlannedHandler(simulation).service());
      if (atServer != null) {
        builder.addStreamTracerFactory(atServer.server());
      }
      return builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ManagedChannel channel() {
    IpcChannelBuilder builder =
        TestBuilders.channel(address)
            .messageMemory(newMemory())
            .transportProvider(provider)
            .ticker(simulation)
            .scheduler(simulation.timers())
            .jitter(random)
            .threadFactory(this::newThread)
            .waitStrategy(waits)
            .windows(streamWindow, connectionWindow)
            .keepAliveTime(breaks ? 200 : 1_000, TimeUnit.MILLISECONDS)
            .keepAliveTimeout(200, TimeUnit.MILLISECONDS)
            .addService(Raw.service(Raw.UNARY, Raw.echo()));
    return (clientExecutor == null ? builder.directExecutor() : builder.executor(clientExecutor))
        .build();
  }

  private void makeCalls(ManagedChannel channel, int count) {
    for (int i = 0; i < count; i++) {
      CallPlan plan = CallPlan.draw(calls++, random, rough);
      PlannedCaller caller =
          new PlannedCaller(
              simulation, channel, plan, atClients == null ? null : atClients.client());
      callers.put(plan.number(), caller);
      caller.run();
      if (random.nextInt(4) == 0) {
        simulation.sleep(random.nextInt(200_000));
      }
    }
  }

  /** Things happen while calls are made. The server that serves at the end. */
  private Server disturb(Server first, List<ManagedChannel> channels, List<Thread> clients) {
    Server server = first;
    for (int i = random.nextInt(4); i > 0; i--) {
      simulation.sleep(random.nextInt(3_000_000));
      switch (random.nextInt(3)) {
        case 0 -> channels.get(0).enterIdle();
        case 1 -> {
          Thread client = clients.get(random.nextInt(clients.size()));
          if (simulation.isAlive(client)) {
            simulation.interrupt(client);
          }
        }
        default -> {
          if (breaks) {
            server = replace(server);
          }
        }
      }
    }
    return server;
  }

  private Server replace(Server old) {
    if (random.nextBoolean()) {
      old.shutdown();
    } else {
      old.shutdownNow();
    }
    // A handler that holds its thread up outlives its server.
    await("the old server ends", () -> old.isTerminated() && ledger.running() == 0);
    return serve();
  }

  private Outcome check() {
    callers.values().forEach(caller -> caller.check(breaks, lacksRoom));
    try {
      ledger.assertAgreesWith(callers);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (!breaks && !lacksRoom) {
      callers.forEach(
          (number, caller) ->
              assertTrue(
                  !caller.isHandedOver() || ledger.knows(number),
                  () -> caller + " was handed over and never handled"));
    }
    assertEquals(0, ledger.running(), "handlers that run for ever");
    assertTrue(
        ledger.mostRunning() <= handlers,
        () -> ledger.mostRunning() + " handlers ran at once, of at most " + handlers);
    for (Traced.Calls traced : new Traced.Calls[] {atClients, atServer}) {
      if (traced != null) {
        traced.assertAllOver();
      }
    }
    for (MessageMemory memory : memories) {
      assertEquals(0, memory.held(), "bytes of messages that count for ever");
    }
    assertNull(provider.violation());
    assertEquals(0, simulation.timers().size(), "timers that are left");
    assertEquals(0, BufferPool.shared().outstanding(), "buffers that are left");
    return new Outcome(
        callers.size(),
        (int) callers.values().stream().filter(caller -> caller.status.isOk()).count(),
        simulation.turns(),
        simulation.trace());
  }
}
