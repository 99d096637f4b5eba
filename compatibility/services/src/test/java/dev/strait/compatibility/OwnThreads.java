package dev.strait.compatibility;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;

/** Makes threads, and remembers them. */
final class OwnThreads implements ThreadFactory {
  private final Collection<Thread> made = new CopyOnWriteArrayList<>();

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task);
    made.add(thread);
    return thread;
  }

  List<Thread> made() {
    return List.copyOf(made);
  }
}
