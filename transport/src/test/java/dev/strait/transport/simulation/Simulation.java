package dev.strait.transport.simulation;

import dev.strait.transport.Ticker;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs real threads one at a time, in an order that a seed decides, by a clock that stands still
 * while any of them can run. The same seed gives the same run, so every failure can be had again.
 *
 * <p>A thread may be stopped, and another one go on, where it waits ({@link #park}) and at each
 * {@link #step}: what stands between the code and the world takes steps, such as a link. Nothing
 * may take one under a lock, and nothing may wait for another thread but by parking. When nobody
 * can run, the clock moves to the end of the first wait; when nobody waits for a time either, the
 * simulation has failed.
 *
 * <p>All methods but {@link #run} are for its own threads.
 */
public final class Simulation implements Ticker {
  /** A look at the clock takes so long, and so does a step. Spins come to an end by that. */
  private static final int LOOK_NANOS = 200;

  private static final int STEP_NANOS = 8_000;

  private static final int LONGEST_STALL_NANOS = 500_000;
  private static final long MOST_STEPS = 50_000_000;
  private static final long HANG_SECONDS = 60;

  private final SplittableRandom random;
  private final int goOnPercent;
  private final int stallsPerMille;
  private final @Nullable PrintStream log;

  // All of it belongs to who has the turn.
  private final TimerQueue timers = new TimerQueue(() -> now(), this::wakeTimers);
  private final List<SimulatedThread> started = new ArrayList<>();
  private final List<SimulatedThread> alive = new ArrayList<>();
  private final List<SimulatedThread> runnable = new ArrayList<>();
  private final Queue<SimulatedThread> waitingForTime =
      new PriorityQueue<>(
          Comparator.<SimulatedThread>comparingLong(thread -> thread.wakeAtNanos)
              .thenComparingInt(thread -> thread.number));
  private final List<Worker> workers = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private @Nullable Thread timerThread;
  private long now = 1;
  private long steps;
  private long trace;
  private int made;
  private boolean bodyEnded;

  private volatile @Nullable AssertionError failure;

  /**
   * @param log where each change of threads is told; null for nowhere
   */
  public Simulation(long seed, @Nullable PrintStream log) {
    this.random = new SplittableRandom(seed);
    this.log = log;
    this.goOnPercent = new int[] {50, 80, 97}[random.nextInt(3)];
    this.stallsPerMille = random.nextInt(4) == 0 ? 10 : 0;
  }

  /**
   * Runs {@code body} as its first thread, and returns when it and every thread that it has led to
   * has ended.
   *
   * @throws AssertionError if a thread ended with an exception, all wait for ever, or {@link #fail}
   *     was called; what is left of the simulation then stands still for ever
   */
  public void run(Runnable body) {
    Thread first = newThread(body, "first");
    first.start();
    ((SimulatedThread) first).giveTurn();
    boolean ended;
    try {
      ended = over.await(HANG_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    if (failure == null && !ended) {
      failure = new AssertionError("some thread waits without parking" + standings());
    }
    if (failure != null) {
      throw failure;
    }
    SimulatedThread.release(started);
  }

  // What the simulated code is given.

  @Override
  public long nanoTime() {
    now += LOOK_NANOS;
    return now;
  }

  /** The time, without the time that it takes to look. */
  public long now() {
    return now;
  }

  /** Makes threads of this simulation. */
  public ThreadFactory threads() {
    return task -> newThread(task, "thread");
  }

  /** Timers of this simulation, which run on a thread of their own. */
  public TimerQueue timers() {
    return timers;
  }

  /** An executor with so many threads, which end with the simulation. */
  public Executor executor(int threads) {
    Pool pool = new Pool();
    for (int i = 0; i < threads; i++) {
      Worker worker = new Worker(pool, "worker-" + workers.size());
      workers.add(worker);
      pool.workers.add(worker);
      worker.thread.start();
    }
    return pool;
  }

  /** Randomness of this run. */
  public RandomGenerator random() {
    return () -> random.nextLong();
  }

  // Turns.

  /** Others may have a turn now. */
  public void step() {
    SimulatedThread self = self();
    now += STEP_NANOS;
    if (stallsPerMille > 0 && random.nextInt(1000) < stallsPerMille) {
      now += random.nextInt(LONGEST_STALL_NANOS);
    }
    if (random.nextInt(100) >= goOnPercent) {
      changeTo(pick(), self);
    }
  }

  /** Others have a turn, for so long at least. */
  public void sleep(long nanos) {
    SimulatedThread self = self();
    leave(self, SimulatedThread.Standing.SLEEPING, nanos);
  }

  /** Sleeps until the condition holds; false if that takes longer. */
  public boolean await(BooleanSupplier condition, long nanos) {
    long start = now;
    long pause = 20_000;
    while (!condition.getAsBoolean()) {
      if (now - start >= nanos) {
        return false;
      }
      sleep(pause);
      pause = Math.min(pause * 2, 5_000_000);
    }
    return true;
  }

  @Override
  public void park(Object blocker, long nanos) {
    // Between the look at what is waited for and the wait.
    step();
    SimulatedThread self = self();
    if (self.permit) {
      self.permit = false;
    } else if (nanos > 0 && !self.isInterrupted()) {
      leave(self, SimulatedThread.Standing.PARKED, nanos);
    }
  }

  @Override
  public void unpark(@Nullable Thread thread) {
    if (thread instanceof SimulatedThread simulated) {
      if (simulated.standing == SimulatedThread.Standing.PARKED) {
        goOn(simulated);
      } else {
        simulated.permit = true;
      }
    }
  }

  /** Interrupts a thread of this simulation. */
  public void interrupt(Thread thread) {
    thread.interrupt();
    if (((SimulatedThread) thread).standing == SimulatedThread.Standing.PARKED) {
      goOn((SimulatedThread) thread);
    }
  }

  @Override
  public boolean isWaiting(Thread thread) {
    return ((SimulatedThread) thread).standing != SimulatedThread.Standing.RUNNABLE;
  }

  /**
   * Whether a thread of this simulation has not ended. Unlike the thread itself, it knows at once.
   */
  public boolean isAlive(Thread thread) {
    return ((SimulatedThread) thread).standing != SimulatedThread.Standing.ENDED;
  }

  private SimulatedThread self() {
    return (SimulatedThread) Thread.currentThread();
  }

  private Thread newThread(Runnable task, String name) {
    return SimulatedThread.of(this, task, name, made++, made > 1 && random.nextInt(8) == 0);
  }

  void started(SimulatedThread thread) {
    started.add(thread);
    alive.add(thread);
    runnable.add(thread);
  }

  void ended(SimulatedThread thread) {
    thread.standing = SimulatedThread.Standing.ENDED;
    alive.remove(thread);
    runnable.remove(thread);
    if (thread.number == 0) {
      endHelpers();
    }
    if (alive.isEmpty()) {
      over.countDown();
    } else {
      pick().giveTurn();
    }
  }

  private void endHelpers() {
    bodyEnded = true;
    unpark(timerThread);
    workers.forEach(worker -> unpark(worker.thread));
  }

  /** The current thread waits, and others have a turn. */
  private void leave(SimulatedThread self, SimulatedThread.Standing standing, long nanos) {
    self.standing = standing;
    runnable.remove(self);
    if (nanos != SimulatedThread.NEVER) {
      self.wakeAtNanos = now + nanos;
      waitingForTime.add(self);
    }
    changeTo(pick(), self);
  }

  private void goOn(SimulatedThread waiting) {
    if (waiting.wakeAtNanos != SimulatedThread.NEVER) {
      waitingForTime.remove(waiting);
      waiting.wakeAtNanos = SimulatedThread.NEVER;
    }
    waiting.standing = SimulatedThread.Standing.RUNNABLE;
    runnable.add(waiting);
  }

  private void wakeThoseWhoseTimeIsUp() {
    SimulatedThread first = waitingForTime.peek();
    while (first != null && first.wakeAtNanos <= now) {
      goOn(first);
      first = waitingForTime.peek();
    }
  }

  /** Who has the next turn. */
  private SimulatedThread pick() {
    if (++steps > MOST_STEPS) {
      fail("after " + steps + " turns there is no end to it" + standings(), null);
    }
    if (runnable.isEmpty()) {
      SimulatedThread first = waitingForTime.peek();
      if (first == null) {
        fail((bodyEnded ? "some threads never end" : "all wait for ever") + standings(), null);
        throw new IllegalStateException();
      }
      now = Math.max(now, first.wakeAtNanos);
    }
    wakeThoseWhoseTimeIsUp();
    SimulatedThread next = runnable.get(random.nextInt(runnable.size()));
    if (next.slow && random.nextInt(16) != 0) {
      next = runnable.get(random.nextInt(runnable.size()));
    }
    trace = trace * 31 + next.number;
    trace = trace * 31 + now;
    return next;
  }

  private void changeTo(SimulatedThread next, SimulatedThread self) {
    if (next != self) {
      tell(() -> "-> " + next);
      next.giveTurn();
      self.awaitTurn();
    }
  }

  // What comes of it.

  /** Writes a line to the log, if there is one. */
  public void tell(Supplier<String> what) {
    if (log != null) {
      log.println(now / 1000 + " us  [" + Thread.currentThread() + "] " + what.get());
    }
  }

  /** Tells one run from another: the same for every run with the same seed. */
  public long trace() {
    return trace;
  }

  /** How many times it was decided who goes on. */
  public long turns() {
    return steps;
  }

  /** Ends the simulation, whose threads stand still from now on: does not return. */
  public void fail(String what, @Nullable Throwable cause) {
    if (failure == null) {
      failure = new AssertionError(what, cause);
    }
    over.countDown();
    while (true) {
      LockSupport.park(this);
    }
  }

  /** Where each thread is. */
  public String standings() {
    StringBuilder all = new StringBuilder(", at ").append(now / 1000).append(" us:");
    for (SimulatedThread thread : List.copyOf(alive)) {
      all.append("\n  ").append(thread).append(": ").append(thread.standing);
      for (StackTraceElement element : thread.getStackTrace()) {
        if (!element.getClassName().startsWith("java.")) {
          all.append("\n      ").append(element);
        }
      }
    }
    return all.toString();
  }

  // Timers and executors.

  private void wakeTimers() {
    if (timerThread == null) {
      timerThread = newThread(this::runTimers, "timers");
      timerThread.start();
    } else {
      unpark(timerThread);
    }
  }

  private void runTimers() {
    while (!bodyEnded) {
      Runnable due = timers.takeDueBy(now);
      if (due == null) {
        park(timers, timers.nanosUntilDue());
      } else {
        due.run();
        step();
      }
    }
  }

  private static final class Pool implements Executor {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final List<Worker> workers = new ArrayList<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      workers.forEach(Worker::wake);
    }
  }

  private final class Worker {
    final Pool pool;
    final Thread thread;

    Worker(Pool pool, String name) {
      this.pool = pool;
      this.thread = newThread(this::work, name);
    }

    void wake() {
      unpark(thread);
    }

    private void work() {
      while (!bodyEnded) {
        Runnable task = pool.tasks.poll();
        if (task == null) {
          park(pool, SimulatedThread.NEVER);
        } else {
          step();
          task.run();
        }
      }
    }
  }
}
