package dev.strait.examples.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;

/**
 * What must be gone when the demo ends, however it ends: closed last in first out, once, by {@link
 * #close} or by the hook that runs when the JVM is interrupted. Thread-safe.
 */
final class Scope implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean closed;
  private boolean interrupted;

  static Scope closedOnExit() {
    Scope scope = new Scope();
    Runtime.getRuntime().addShutdownHook(new Thread(scope::interrupt, "demo-cleanup"));
    return scope;
  }

  /** Adds what {@code opener} opens; nothing is opened any more once this is closed. */
  synchronized <T extends AutoCloseable> T open(Callable<T> opener) throws Exception {
    T resource = runToItsEnd(opener);
    open.push(resource);
    return resource;
  }

  /** Runs what would leave a file behind if it were cut short: the end of the JVM waits for it. */
  synchronized <T> T runToItsEnd(Callable<T> step) throws Exception {
    if (closed) {
      throw new IllegalStateException("interrupted");
    }
    return step.call();
  }

  /** Whether the JVM is on its way out. */
  synchronized boolean isInterrupted() {
    return interrupted;
  }

  private synchronized void interrupt() {
    interrupted = true;
    close();
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        System.err.println("demo: while cleaning up: " + e);
      }
    }
  }
}
