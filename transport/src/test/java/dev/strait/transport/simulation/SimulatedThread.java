package dev.strait.transport.simulation;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread that runs only when its simulation gives it a turn. Its fields belong to whoever has the
 * turn.
 */
final class SimulatedThread extends Thread {
  static final long NEVER = Long.MAX_VALUE;

  /** How it is with a thread that does not run. */
  enum Standing {
    RUNNABLE,
    /** Until its time is up, or it is unparked or interrupted. */
    PARKED,
    /** Until its time is up. */
    SLEEPING,
    ENDED
  }

  private final Simulation simulation;
  private final Runnable task;
  private volatile boolean hasTurn;

  /** In which order it was made. */
  final int number;

  /** It rarely gets a turn while others can run. */
  final boolean slow;

  Standing standing = Standing.RUNNABLE;
  long wakeAtNanos = NEVER;

  /** Its next park ends at once. */
  boolean permit;

  SimulatedThread(Simulation simulation, Runnable task, int number, boolean slow) {
    this.simulation = simulation;
    this.task = task;
    this.number = number;
    this.slow = slow;
    setDaemon(true);
  }

  @Override
  public void start() {
    super.start();
    simulation.started(this);
  }

  @Override
  public void run() {
    awaitTurn();
    try {
      task.run();
    } catch (Throwable e) {
      simulation.fail(getName() + " ended with " + e, e);
    }
    simulation.ended(this);
  }

  @Override
  public String toString() {
    return number + " " + getName();
  }

  void giveTurn() {
    hasTurn = true;
    LockSupport.unpark(this);
  }

  /** An interrupt is kept for whom it is meant. */
  void awaitTurn() {
    boolean interrupted = false;
    while (!hasTurn) {
      LockSupport.park(simulation);
      interrupted |= interrupted();
    }
    hasTurn = false;
    if (interrupted) {
      interrupt();
    }
  }
}
