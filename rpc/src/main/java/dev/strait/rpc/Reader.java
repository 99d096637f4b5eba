package dev.strait.rpc;

import dev.strait.transport.Threads;
import java.util.concurrent.atomic.AtomicInteger;
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
  /** How often a reader looks while callers read for themselves. */
  private static final long STANDBY_NANOS = 1_000_000;

  /** For so many looks without a caller the reader stands by before it waits for input again. */
  private static final int STANDBY_LOOKS = 20;

  /** For so many looks user code may compute before another reader is started. */
  private static final int LOOKS_WHILE_RUNNABLE = 20;

  /** How long a reader that was replaced stays, in case another one is held up. */
  private static final long SPARE_NANOS = 1_000_000_000;

  /** For so long the frames that user code sends may wait for those that follow. */
  private static final long COMBINE_NANOS = 20_000;

  /**
   * With the frame after so many, but in a burst, all are flushed: the peer is to work meanwhile.
   */
  private static final int MAX_COMBINED = 16;

  /** After so many more frames, each soon after the one before, others will follow. */
  private static final int BURST = 3;

  /** For so long callbacks run before the reader looks for input again. */
  private static final long UNREAD_NANOS = 1_000_000;

  private static final ThreadLocal<Reader> CURRENT = new ThreadLocal<>();

  private final Reading reading;
  private final ReadingRole role;
  private final Object lent = new Object();
  private final AtomicInteger userCodeRuns = new AtomicInteger();
  private @Nullable Runnable running; // published by that; the watcher may see it late

  // Used by its own thread only.
  private boolean replaced;
  private boolean inUserCode;
  private int inRow; // frames that a run of callbacks has sent, each soon after the one before
  private long lastSentNanos;
  private int batches; // of frames that are flushed together
  private int combined; // frames of the last batch
  private long combinedSinceNanos;

  private volatile int owedFlush; // the batch that is to be flushed; 0 if none is
  private volatile boolean needed; // a spare is to read again
  private volatile boolean asleep;
  private volatile @Nullable Stream awaited; // by user code that reads meanwhile

  // Used by the watcher's thread only.
  private int userCodeRunsSeen;
  private int looksAtTheSame;
  private int owedFlushSeen;

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

  /** Nobody could be found for the role. Reads on when it is back, or a caller has read. */
  void takeRoleBack() {
    role.putBack(lent);
  }

  /** Whose callbacks hold it up, for people. */
  String running() {
    Runnable seen = running;
    return seen == null ? "" : seen.toString();
  }

  /** The name of its thread, for people. */
  String threadName() {
    Thread own = thread;
    return own == null ? "" : own.getName();
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
    reading.ticker().unpark(thread);
  }

  /** Whether the current thread is a reader of any connection. */
  static boolean isCurrentThreadOne() {
    return CURRENT.get() != null;
  }

  @Override
  public void run() {
    CURRENT.set(this);
    Watcher watcher = reading.watcher();
    watcher.add(this);
    try {
      if (reading.connection().establish()) {
        serve();
      }
    } finally {
      watcher.remove(this);
      CURRENT.remove();
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
        reading.ticker().park(this, STANDBY_NANOS);
        standBy();
      } else if (read()) {
        standBy();
      } else if (reading.isOver()) {
        return;
      }
    }
  }

  /** Waits a while to be made the current reader once more. */
  private boolean isNeededAgain() {
    if (reading.isCurrent(this)) {
      return true;
    }
    needed = false;
    reading.addSpare(this);
    long start = reading.ticker().nanoTime();
    while (!needed) {
      boolean late = reading.ticker().nanoTime() - start >= SPARE_NANOS;
      if ((late || reading.isOver()) && reading.removeSpare(this)) {
        return false;
      }
      reading.ticker().park(this, SPARE_NANOS);
    }
    return true;
  }

  /** Reads until callers want to read for themselves (true), or until it is over or replaced. */
  private boolean read() {
    WaitTurn wait = reading.readerWait();
    wait.restart();
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
        // An interrupt is not for this thread, and would keep it from blocking.
        Thread.interrupted();
        wait.once(true);
      }
    }
  }

  /** Runs what is due; false if the role was lost meanwhile. */
  private boolean runDueCallbacks() {
    role.layDown(lent);
    long now = 0;
    long since = 0;
    Runnable due;
    while (now - since < UNREAD_NANOS && role.isLent(lent) && (due = reading.takeDue()) != null) {
      running = due;
      userCodeRuns.lazySet(userCodeRuns.get() + 1);
      reading.watcher().userCodeBegins();
      inRow = 0;
      inUserCode = true;
      run(due);
      running = null;
      inUserCode = false;
      if (reading.hasDue()) {
        now = reading.ticker().nanoTime();
        since = since == 0 ? now : since;
        if (owedFlush != 0 && now - combinedSinceNanos > COMBINE_NANOS) {
          flushIfOwed();
        }
      }
    }
    flushIfOwed();
    replaced = !role.takeUp(lent, this);
    return !replaced;
  }

  /**
   * The reader of {@code reading} that runs user code on the current thread, if one does; also one
   * that was replaced meanwhile and no longer has the role.
   */
  static @Nullable Reader runningUserCodeFor(Reading reading) {
    Reader current = CURRENT.get();
    return current != null && current.reading == reading && current.inUserCode ? current : null;
  }

  /**
   * Whether user code that runs on this thread may leave the flush to it: not alone, but with what
   * follows, from other callbacks or in a row. Whatever happens, the watcher sees to it when it
   * looks for the second time.
   */
  boolean combinesFlush() {
    inRow++;
    boolean owed = owedFlush != 0;
    if (!owed && inRow == 1 && !reading.hasDue()) {
      return false;
    }
    long now = reading.ticker().nanoTime();
    if (now - lastSentNanos > COMBINE_NANOS) {
      inRow = 1;
    }
    lastSentNanos = now;
    boolean burst = inRow >= BURST;
    if (owed) {
      combined++;
      boolean enough = combined > MAX_COMBINED && !burst;
      if (enough || now - combinedSinceNanos > COMBINE_NANOS) {
        owedFlush = 0;
        return false;
      }
    } else if (burst || (role.isLent(lent) && reading.hasDue())) {
      combined = 1;
      combinedSinceNanos = now;
      batches = Math.max(1, batches + 1);
      owedFlush = batches;
      reading.watcher().userCodeBegins();
    } else {
      return false;
    }
    return true;
  }

  /** User code on the current thread, if a reader runs it, is about to wait. */
  static void flushBeforeWaiting() {
    Reader current = CURRENT.get();
    if (current != null) {
      current.flushIfOwed();
    }
  }

  /** Flushes what user code has left to this reader. */
  private void flushIfOwed() {
    if (owedFlush != 0) {
      owedFlush = 0;
      reading.connection().flush();
    }
  }

  boolean isInUserCodeOfCurrentThread() {
    return thread == Thread.currentThread() && role.isLent(lent);
  }

  /** User code that runs here waits for the reply to {@code stream}: reads for it, if that pays. */
  void readInUserCode(ClientStream stream) {
    if (!role.takeUp(lent, this)) {
      return;
    }
    awaited = stream;
    boolean answered = CallerReading.read(reading, stream, true);
    awaited = null;
    role.layDown(lent);
    if (answered) {
      stream.run();
    } else {
      reading.replace(this);
    }
  }

  /** Whether user code reads here until the reply to {@code stream}. */
  boolean awaits(Stream stream) {
    return awaited == stream;
  }

  private static void run(Runnable due) {
    try {
      due.run();
    } catch (Throwable e) {
      Log.warn("a callback threw where none may", e);
    }
  }

  /** Leaves the reading to callers until they stop or something is left to do. */
  private void standBy() {
    int turns = reading.callerTurns();
    int looks = 0;
    while (!reading.needsReader()) {
      if (looks < STANDBY_LOOKS) {
        reading.ticker().park(this, STANDBY_NANOS);
      } else if (role.isVacant()) {
        reading.callersStopped();
        return;
      } else {
        sleepWhileCallerReads();
      }
      int now = reading.callerTurns();
      looks = now == turns ? looks + 1 : 0;
      turns = now;
      if (Thread.interrupted()) {
        return;
      }
    }
  }

  private void sleepWhileCallerReads() {
    asleep = true;
    if (!role.isVacant() && !reading.needsReader()) {
      reading.ticker().park(this, Long.MAX_VALUE);
    }
    asleep = false;
  }

  /** Whether it stands by without looking, while a caller waits for long. */
  boolean isAsleep() {
    return asleep;
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
    int owed = owedFlush;
    if (owed != 0 && owed == owedFlushSeen) {
      flushIfOwed();
    }
    owedFlushSeen = owed;
    int runs = userCodeRuns.get();
    boolean ranSince = runs != userCodeRunsSeen;
    userCodeRunsSeen = runs;
    if (!role.isLent(lent)) {
      looksAtTheSame = 0;
      return owed != 0 ? Sight.RUNS : ranSince ? Sight.RAN : Sight.NOTHING_RAN;
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
        && (looksAtTheSame >= LOOKS_WHILE_RUNNABLE || reading.ticker().isWaiting(own));
  }
}
