package dev.strait.transport;

/** Ends a subscription when closed. Idempotent and thread-safe. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
