package dev.strait.transport;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An address that is being served. One thread accepts; close is for any thread. */
public interface Binding {
  /**
   * Blocks until a peer comes.
   *
   * @return null if there is none yet, because the thread was interrupted, say, or because the
   *     binding was closed: it is asked again unless it was closed
   * @throws IOException if accepting failed; it may work again later
   */
  @Nullable Link accept() throws IOException;

  /** Stops accepting, wakes the accepting thread and frees the address. Idempotent. */
  void close();
}
