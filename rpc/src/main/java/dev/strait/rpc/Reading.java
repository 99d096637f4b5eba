package dev.strait.rpc;

import dev.strait.transport.Ticker;
import dev.strait.transport.Transport;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is read: the role, the threads that may hold it, and the callbacks that have
 * become due while frames were decoded and are run afterwards. Thread-safe.
 */
final class Reading {
  private final Connection connection;
  private final Transport transport;
  private final ConnectionSettings settings;

  private final ReadingRole role = new ReadingRole();
  private final DueTasks due = new DueTasks();
  private final WaitTurn readerWait;
  private final WaitTurn callerWait;
  private final AtomicInteger callerTurns = new AtomicInteger();
  private final AtomicInteger readers = new AtomicInteger();
  private final Queue<Reader> spares = new ConcurrentLinkedQueue<>();
  private volatile boolean callersRead;
  private volatile boolean readersGone;
  private volatile Reader reader;
  private volatile boolean noThreadTold;

  Reading(Connection connection, Transport transport, ConnectionSettings settings) {
    this.connection = connection;
    this.transport = transport;
    this.settings = settings;
    this.readerWait = new WaitTurn(this, settings.ticker(), settings.waitStrategy());
    this.callerWait = new WaitTurn(this, settings.ticker(), settings.waitStrategy());
    this.reader = new Reader(this);
  }

  /** Starts the connection's own reader. */
  void start() {
    Reader first = reader;
    readers.incrementAndGet();
    try {
      first.start();
    } catch (RuntimeException | Error e) {
      readerEnded(first);
      throw e;
    }
  }

  Connection connection() {
    return connection;
  }

  ReadingRole role() {
    return role;
  }

  Ticker ticker() {
    return settings.ticker();
  }

  ThreadFactory threads() {
    return settings.threads();
  }

  Watcher watcher() {
    return settings.watcher();
  }

  /** How readers wait. Used by the reading role only. */
  WaitTurn readerWait() {
    return readerWait;
  }

  /** How callers wait. Used by the reading role only. */
  WaitTurn callerWait() {
    return callerWait;
  }

  /** Reads and decodes once. Called by the reading role only. */
  int poll() {
    return connection.poll();
  }

  /** Blocks until there may be something to read. Called by the reading role only. */
  void await() {
    transport.await(Long.MAX_VALUE);
  }

  /** Makes the reader look, wherever it waits. */
  void wakeReader() {
    transport.wakeup();
    reader.wakeup();
  }

  // Callbacks that are due.

  /**
   * A call has callbacks to run. Those that came up while decoding are run after it; of the others,
   * those with an executor go there at once.
   */
  void schedule(Stream stream) {
    if (stream.isInline() || role.isHeldByCurrentThread()) {
      execute(stream);
      return;
    }
    stream.run();
    wakeCallerOf(stream);
  }

  /**
   * If the caller of {@code stream} reads, it may be waiting for input, and has something to do.
   */
  void wakeCallerOf(Stream stream) {
    if (role.isHeldBy(stream) || reader.awaits(stream)) {
      transport.wakeup();
    }
  }

  /** Runs {@code task}, which may be user code, on the reader's thread, not while decoding. */
  void execute(Runnable task) {
    due.add(task);
    if (readersGone) {
      runDueWithoutReader();
    } else if (!role.isHeldByCurrentThread() && readerInUserCodeOfCurrentThread() == null) {
      wakeReader();
    }
  }

  boolean hasDue() {
    return !due.isEmpty();
  }

  @Nullable Runnable takeDue() {
    return due.poll();
  }

  /** Takes the callbacks of {@code stream} if they are the first that are due. */
  boolean takeDueOf(Stream stream) {
    return due.pollIf(stream);
  }

  /**
   * Hands the replies to other blocking stubs over, up to the first thing due that is something
   * else.
   */
  void handOverReplies(ClientStream except) {
    for (Runnable first = due.peek();
        first != except && first instanceof ClientStream other && other.waitsInItsStub();
        first = due.peek()) {
      if (due.pollIf(other)) {
        other.run();
      }
    }
  }

  private void runDueWithoutReader() {
    if (!due.isEmpty()) {
      settings
          .dispatcher()
          .fallbackExecutor()
          .execute(
              () -> {
                for (Runnable next = due.poll(); next != null; next = due.poll()) {
                  next.run();
                }
              });
    }
  }

  // Readers.

  /**
   * A reader is held up in user code: another one reads on. Called by the watcher, and by the
   * reader itself.
   *
   * @return false if it is back already, there are too many, or no thread is to be had; in the last
   *     case it reads on when it is back
   */
  boolean replace(Reader heldUp) {
    Reader next = spares.poll();
    if (next == null) {
      if (!settings.spareReaders().take(connection)) {
        return false;
      }
      next = new Reader(this);
      readers.incrementAndGet();
    }
    if (!heldUp.giveUpRole()) {
      keepForLater(next);
      return false;
    }
    reader = next;
    try {
      next.startOrWake();
      connection.monitor().roleMoved(connection, heldUp.running(), heldUp.threadName());
      return true;
    } catch (Throwable e) {
      forgetReader();
      reader = heldUp;
      heldUp.takeRoleBack();
      tellOfNoThread(e);
      return false;
    }
  }

  /** Once: the watcher tries again at each look. */
  private void tellOfNoThread(Throwable why) {
    if (!noThreadTold) {
      noThreadTold = true;
      Log.warn(
          "no thread can be started to read "
              + connection.name()
              + " while user code holds the reader up; it is tried again",
          why);
    }
  }

  /** Whether nobody was put in the place of {@code asking}. */
  boolean isCurrent(Reader asking) {
    return reader == asking;
  }

  private void keepForLater(Reader unused) {
    if (unused.isStarted()) {
      spares.add(unused);
    } else {
      forgetReader();
    }
  }

  /** All but one are spare. */
  private void forgetReader() {
    if (readers.getAndDecrement() > 1) {
      settings.spareReaders().give(connection);
    }
  }

  /** A reader that was replaced may be used again. */
  void addSpare(Reader replaced) {
    spares.add(replaced);
  }

  /** Whether the reader is no spare any more; false if it was just made the current one. */
  boolean removeSpare(Reader spare) {
    return spares.remove(spare);
  }

  /** Whether there is nothing left to read. */
  boolean isOver() {
    return connection.end().isOver();
  }

  void readerEnded(Reader gone) {
    forgetReader();
    if (reader == gone) {
      readersGone = true;
      runDueWithoutReader();
      spares.forEach(Reader::wakeup);
    }
  }

  // Callers that read for themselves.

  /** Whether the reader is to step aside: callers will come back soon, and nobody else waits. */
  boolean callersTakeOver() {
    return callersRead && !connection.calls().areOpen();
  }

  /** Counts up with each caller that reads. */
  int callerTurns() {
    return callerTurns.get();
  }

  void callersStopped() {
    callersRead = false;
  }

  /** The reader, if it runs user code on this thread and reads on afterwards. */
  @Nullable Reader readerInUserCodeOfCurrentThread() {
    Reader current = reader;
    return current.isInUserCodeOfCurrentThread() ? current : null;
  }

  /** A caller has taken the role. */
  void callerReads() {
    callerTurns.lazySet(callerTurns.getPlain() + 1);
  }

  /** A caller could have read for itself: the reader steps aside when no call is open. */
  void callersWantToRead() {
    if (!callersRead) {
      callersRead = true;
    }
  }

  /** Whether something is left to do that no caller does. */
  boolean needsReader() {
    return hasDue()
        || connection.end().isOver()
        || (role.isVacant() && connection.calls().areOpen());
  }

  /** Wakes the reader if it stands by while something is left to do. */
  void ensureReader() {
    if (reader.isAsleep() || (callersRead && needsReader())) {
      reader.wakeup();
    }
  }
}
