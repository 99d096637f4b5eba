package dev.strait.rpc;

/** Recognises virtual threads, also when compiled for a Java without them. */
final class VirtualThreads {
  private static final String GROUP = "VirtualThreads";

  private VirtualThreads() {}

  /** Whether the current thread is virtual; its carrier must not spin. */
  static boolean isCurrent() {
    Thread thread = Thread.currentThread();
    // Platform threads are of this class or a subclass that users wrote; virtual ones never are.
    if (thread.getClass() == Thread.class) {
      return false;
    }
    ThreadGroup group = thread.getThreadGroup();
    return group != null && group.getName().equals(GROUP);
  }
}
