package dev.strait.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one call: in order, one at a time, messages only as many as were requested, and
 * exactly one terminal event, after which nothing comes.
 *
 * <p>Thread-safe. The owner's {@link Owner#deliver} runs user code and is called without the lock.
 */
final class CallbackQueue implements Runnable {
  /** Whose callbacks these are. */
  interface Owner {
    /** Runs the callback for an event. Must not throw. */
    void deliver(Object event);

    /** Where {@link CallbackQueue#run} is to run now that there is something to deliver. */
    void schedule(CallbackQueue callbacks);

    /** Messages worth so much credit were dropped undelivered. */
    void dropped(long credit);

    /** The terminal event waits for messages before it, which nobody has requested yet. */
    void heldUp();
  }

  /** The event that more messages may be sent. */
  static final Object READY = new Object();

  /** In place of the terminal event, when it was taken for delivery. */
  private static final Object OVER = new Object();

  /** No event: nothing can be delivered, and only requests are missing for the terminal one. */
  private static final Object HELD_UP = new Object();

  /** So many are delivered before others have their turn. */
  private static final int EVENTS_IN_TURN = 64;

  private final Owner owner;

  @GuardedBy("this")
  private final SmallQueue<Object> events = new SmallQueue<>();

  @GuardedBy("this")
  private long requested;

  @GuardedBy("this")
  private int waitingMessages;

  @GuardedBy("this")
  private boolean readyOwed;

  @GuardedBy("this")
  private boolean held;

  @GuardedBy("this")
  private boolean scheduled;

  @GuardedBy("this")
  private boolean running;

  @GuardedBy("this")
  private @Nullable Object terminal; // null until there is one

  CallbackQueue(Owner owner) {
    this.owner = owner;
  }

  /** Delivers nothing until {@link #proceed}, or until the call is cancelled. */
  synchronized void hold() {
    held = true;
  }

  /** Delivers what has waited. */
  void proceed() {
    synchronized (this) {
      held = false;
      if (!mustSchedule()) {
        return;
      }
    }
    owner.schedule(this);
  }

  /** Appends an event. Ignored after the terminal one. */
  void add(Object event) {
    boolean late;
    boolean schedule;
    synchronized (this) {
      late = isTerminated();
      if (!late) {
        events.add(event);
        if (event instanceof InboundMessage) {
          waitingMessages++;
        }
      }
      schedule = mustSchedule();
    }
    if (late && event instanceof InboundMessage message) {
      owner.dropped(message.release());
    }
    if (schedule) {
      owner.schedule(this);
    }
  }

  /** Lets {@code count} more messages pass. */
  void request(int count) {
    synchronized (this) {
      requested += count;
      if (!mustSchedule()) {
        return;
      }
    }
    owner.schedule(this);
  }

  /** More messages may be sent. */
  void ready() {
    synchronized (this) {
      if (isTerminated()) {
        return;
      }
      readyOwed = true;
      if (!mustSchedule()) {
        return;
      }
    }
    owner.schedule(this);
  }

  /**
   * Ends the call's callbacks with {@code event}. Only the first call has an effect, but for a
   * terminal event that waits for messages that nobody requests: one that drops them replaces it.
   *
   * @param dropOthers whether events that wait are dropped rather than delivered first
   * @return whether this was the first
   */
  boolean terminate(Object event, boolean dropOthers) {
    long dropped = 0;
    boolean schedule;
    boolean heldUp;
    boolean first;
    synchronized (this) {
      first = !isTerminated();
      if (!first && (!dropOthers || isOver() || events.isEmpty())) {
        return false;
      }
      terminal = event;
      held = false;
      if (dropOthers) {
        dropped = dropMessages();
      }
      schedule = mustSchedule();
      heldUp = !scheduled;
    }
    if (dropped > 0) {
      owner.dropped(dropped);
    }
    if (schedule) {
      owner.schedule(this);
    } else if (heldUp) {
      owner.heldUp();
    }
    return first;
  }

  /**
   * Puts in a terminal event, in place of one that is not delivered yet, and drops what waits
   * before it. Called by a callback.
   */
  void overrideTerminal(Object event) {
    long dropped;
    synchronized (this) {
      if (!scheduled) {
        throw new IllegalStateException("only a callback may override");
      }
      if (isOver()) {
        return;
      }
      terminal = event;
      dropped = dropMessages();
    }
    if (dropped > 0) {
      owner.dropped(dropped);
    }
  }

  /** Whether one more message was requested than has come. */
  synchronized boolean wantsMessage() {
    return requested > waitingMessages && !isTerminated();
  }

  /** Whether a run was asked for that has not ended, or no event will be added any more. */
  synchronized boolean isScheduledOrTerminated() {
    return scheduled || isTerminated();
  }

  synchronized boolean isTerminated() {
    return terminal != null;
  }

  /** Whether the terminal event was taken for delivery. */
  synchronized boolean isOver() {
    return terminal == OVER;
  }

  @Override
  public void run() {
    run(Long.MAX_VALUE);
  }

  /** Runs on a thread that has others to serve as well, and lets them have their turn. */
  void runInTurns() {
    if (!run(EVENTS_IN_TURN)) {
      synchronized (this) {
        running = false;
      }
      owner.schedule(this);
    }
  }

  /** Delivers at most so many events; false if there may be more. */
  private boolean run(long most) {
    for (long delivered = 0; delivered < most; delivered++) {
      Object event = next(delivered == 0);
      if (event == null) {
        return true;
      }
      if (event == HELD_UP) {
        owner.heldUp();
        return true;
      }
      owner.deliver(event);
    }
    return false;
  }

  /**
   * The next event to deliver; null when there is none.
   *
   * @param begins whether a run begins, which an executor may ask for twice: by one that takes a
   *     task and throws all the same
   */
  private synchronized @Nullable Object next(boolean begins) {
    if (begins && (running || !scheduled)) {
      return null;
    }
    running = deliverable();
    if (!running) {
      scheduled = false;
      return terminalIsDue() ? HELD_UP : null;
    }
    if (readyOwed) {
      readyOwed = false;
      return READY;
    }
    Object event = events.poll();
    if (event == null) {
      event = terminal;
      terminal = OVER;
    } else if (event instanceof InboundMessage) {
      requested--;
      waitingMessages--;
    }
    return event;
  }

  private boolean terminalIsDue() {
    return isTerminated() && !isOver();
  }

  @GuardedBy("this")
  private boolean mustSchedule() {
    if (scheduled || !deliverable()) {
      return false;
    }
    scheduled = true;
    return true;
  }

  @GuardedBy("this")
  private boolean deliverable() {
    if (held) {
      return false;
    }
    Object first = events.peek();
    if (first == null) {
      return readyOwed || terminalIsDue();
    }
    return readyOwed || requested > 0 || !(first instanceof InboundMessage);
  }

  @GuardedBy("this")
  private long dropMessages() {
    long credit = 0;
    for (Object event = events.poll(); event != null; event = events.poll()) {
      if (event instanceof InboundMessage message) {
        credit += message.release();
      }
    }
    waitingMessages = 0;
    readyOwed = false;
    return credit;
  }
}
