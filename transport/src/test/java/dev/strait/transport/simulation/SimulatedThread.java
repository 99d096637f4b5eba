package dev.strait.transport.simulation;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that runs only when its simulation gives it a turn. Its fields belong to whoever has the
 * turn.
 *
 * <p>When its simulation has ended well it waits to be a thread of another one: to start one costs
 * as much as twenty turns.
 */
final class SimulatedThread extends Thread {
  static final long NEVER = Long.MAX_VALUE;

  private static final Queue<SimulatedThread> IDLE = new ConcurrentLinkedQueue<>();

  /** How it is with a thread that does not run. */
  enum Standing {
    RUNNABLE,
    /** Until its time is up, or it is unparked or interrupted. */
    PARKED,
    /** Until its time is up. */
    SLEEPING,
    ENDED
  }

  private Simulation simulation;
  private Runnable task;
  private volatile boolean hasTurn;

  /** In which order it was made. */
  int number;

  /** It rarely gets a turn while others can run. */
  boolean slow;

  Standing standing = Standing.RUNNABLE;
  long wakeAtNanos = NEVER;

  /** Its next park ends at once. */
  boolean permit;

  private SimulatedThread() {
    setDaemon(true);
  }

  /** One that is to run {@code task} once it is started. */
  static SimulatedThread of(
      Simulation simulation, Runnable task, String name, int number, boolean slow) {
    SimulatedThread idle = IDLE.poll();
    SimulatedThread thread = idle == null ? new SimulatedThread() : idle;
    thread.setName(name);
    thread.simulation = simulation;
    thread.task = task;
    thread.number = number;
    thread.slow = slow;
    thread.standing = Standing.RUNNABLE;
    thread.wakeAtNanos = NEVER;
    thread.permit = false;
    return thread;
  }

  /** The simulation of all of these has ended, and nobody in it uses them any more. */
  static void release(Collection<SimulatedThread> ended) {
    IDLE.addAll(ended);
  }

  @Override
  public void start() {
    if (getState() == State.NEW) {
      super.start();
    }
    simulation.started(this);
  }

  @Override
  public void run() {
    while (true) {
      awaitTurn();
      try {
        task.run();
      } catch (Throwable e) {
        simulation.fail(getName() + " ended with " + e, e);
      }
      // Nobody is to meet what was meant for another.
      interrupted();
      simulation.ended(this);
    }
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
