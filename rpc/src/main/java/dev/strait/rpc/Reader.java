package dev.strait.rpc;

import dev.strait.transport.Threads;
import dev.strait.transport.WaitStrategy;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads a connection and runs the callbacks that have no executor of their own.
 *
 * <p>Each turn it polls the transport, which decodes frames but runs no user code, and then runs
 * the callbacks that have become due, with the role laid down (see {@link ReadingRole}). When user
 * code blocks, the watcher takes the role away and starts another reader; this one finishes its
 * callback and ends.
 */
final class Reader implements Runnable {
  private static final System.Logger LOG = System.getLogger(Reader.class.getName());

  /** How often a reader looks while callers read for themselves. */
  private static final long STANDBY_NANOS = 1_000_000;

  /** For so many looks without a caller the reader stands by before it waits for input again. */
  private static final int STANDBY_LOOKS = 20;

  private static final int POLLS_PER_CLOCK = 16;

  /** For so many looks user code may compute before another reader is started. */
  private static final int LOOKS_WHILE_RUNNABLE = 20;

  /** How long a reader that was replaced stays, in case another one is held up. */
  private static final long SPARE_NANOS = 1_000_000_000;

  private final Reading reading;
  private final ReadingRole role;
  private final Object lent = new Object();
  private final AtomicInteger userCodeRuns = new AtomicInteger();

  private boolean replaced; // used by its own thread only
  private volatile boolean needed; // a spare is to read again

  // Used by the watcher's thread only.
  private int userCodeRunsSeen;
  private int looksAtTheSame;

  private volatile @Nullable Thread thread;

  Reader(Reading reading) {
    this.reading = reading;
    this.role = reading.role();
  }

  void start() {
    thread = Threads.start(reading.threads(), "strait-reader " + reading.connection().name(), this);
  }

  /** Takes the role from this reader; false if it is back from user code. */
  boolean giveUpRole() {
    return role.takeAway(lent);
  }

  boolean isStarted() {
    return thread != null;
  }

  /** Begins to read, in a thread of its own. */
  void startOrWake() {
    if (isStarted()) {
      needed = true;
      wakeup();
    } else {
      start();
    }
  }

  /** Makes the reader look at once if it stands by or waits. */
  void wakeup() {
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    Watcher watcher = reading.watcher();
    watcher.add(this);
    try {
      if (reading.connection().establish()) {
        serve();
      }
    } finally {
      watcher.remove(this);
      reading.readerEnded(this);
    }
  }

  private void serve() {
    while (true) {
      if (replaced) {
        if (!isNeededAgain()) {
          return;
        }
        replaced = false;
      } else if (!role.take(this)) {
        LockSupport.parkNanos(this, STANDBY_NANOS);
      } else if (read()) {
        standBy();
      } else if (reading.isOver()) {
        return;
      }
    }
  }

  /** Waits a while to be made the current reader once more. */
  private boolean isNeededAgain() {
    needed = false;
    reading.addSpare(this);
    long start = reading.ticker().nanoTime();
    while (!needed) {
      boolean late = reading.ticker().nanoTime() - start >= SPARE_NANOS;
      if ((late || reading.isOver()) && reading.removeSpare(this)) {
        return false;
      }
      LockSupport.parkNanos(this, SPARE_NANOS);
    }
    return true;
  }

  /** Reads until callers want to read for themselves (true), or until it is over or replaced. */
  private boolean read() {
    WaitTurn wait = new WaitTurn();
    while (true) {
      int read = reading.poll();
      if (read > 0) {
        wait.paid();
      }
      if (reading.hasDue()) {
        if (!runDueCallbacks()) {
          return false;
        }
        wait.restart();
      } else if (read < 0) {
        role.release(this);
        return false;
      } else if (read == 0 && reading.callersTakeOver()) {
        role.release(this);
        return true;
      } else if (read == 0) {
        wait.once();
      }
    }
  }

  /** Runs what is due; false if the role was lost meanwhile. */
  private boolean runDueCallbacks() {
    Runnable due;
    while ((due = reading.takeDue()) != null) {
      role.layDown(lent);
      userCodeRuns.lazySet(userCodeRuns.get() + 1);
      reading.watcher().userCodeBegins();
      run(due);
      if (!role.takeUp(lent, this)) {
        replaced = true;
        return false;
      }
    }
    return true;
  }

  boolean isInUserCodeOfCurrentThread() {
    return thread == Thread.currentThread() && role.isLent(lent);
  }

  /** User code that runs here waits for the reply to {@code stream}: reads for it, if that pays. */
  void readInUserCode(ClientStream stream) {
    if (!role.takeUp(lent, this)) {
      return;
    }
    boolean answered = CallerReading.read(reading, stream);
    role.layDown(lent);
    if (answered) {
      stream.run();
    } else {
      reading.replace(this);
    }
  }

  private static void run(Runnable due) {
    try {
      due.run();
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.ERROR, "a callback threw where none may", e);
    }
  }

  /** Leaves the reading to callers until they stop or something is left to do. */
  private void standBy() {
    int turns = reading.callerTurns();
    int looks = 0;
    while (looks < STANDBY_LOOKS && !reading.needsReader()) {
      LockSupport.parkNanos(this, STANDBY_NANOS);
      int now = reading.callerTurns();
      looks = now == turns ? looks + 1 : 0;
      turns = now;
      if (Thread.interrupted()) {
        break;
      }
    }
    if (looks == STANDBY_LOOKS) {
      reading.callersStopped();
    }
  }

  /** What the watcher sees when it looks at a reader. */
  enum Sight {
    NOTHING_RAN,
    /** User code ran and returned. */
    RAN,
    /** User code runs. */
    RUNS,
    /** User code holds the reader up; another one reads now. */
    REPLACED
  }

  /** The watcher's look. */
  Sight lookedAt() {
    int runs = userCodeRuns.get();
    boolean ranSince = runs != userCodeRunsSeen;
    userCodeRunsSeen = runs;
    if (!role.isLent(lent)) {
      looksAtTheSame = 0;
      return ranSince ? Sight.RAN : Sight.NOTHING_RAN;
    }
    looksAtTheSame = ranSince ? 0 : looksAtTheSame + 1;
    return isHeldUp() && reading.replace(this) ? Sight.REPLACED : Sight.RUNS;
  }

  /**
   * A thread that is runnable may just not have been given a core, which another reader would not
   * get either; so it counts as held up only after a while.
   */
  private boolean isHeldUp() {
    Thread own = thread;
    return own != null
        && looksAtTheSame > 0
        && (looksAtTheSame >= LOOKS_WHILE_RUNNABLE || own.getState() != Thread.State.RUNNABLE);
  }

  /** One wait of the reader: spins while that pays, then blocks in the transport. */
  private final class WaitTurn {
    private final WaitStrategy.Spin spin = reading.readerSpin();
    private long budgetNanos = -1;
    private long startNanos;
    private int polls;

    void restart() {
      budgetNanos = -1;
    }

    void paid() {
      if (budgetNanos > 0) {
        spin.paid();
      }
      restart();
    }

    void once() {
      if (budgetNanos < 0) {
        budgetNanos = spin.budgetNanos();
        startNanos = budgetNanos > 0 ? reading.ticker().nanoTime() : 0;
        polls = 0;
      }
      if (budgetNanos > 0) {
        Thread.onSpinWait();
        if (++polls % POLLS_PER_CLOCK != 0
            || reading.ticker().nanoTime() - startNanos < budgetNanos) {
          return;
        }
        spin.missed();
      }
      budgetNanos = -1;
      Thread.interrupted();
      reading.await();
    }
  }
}
