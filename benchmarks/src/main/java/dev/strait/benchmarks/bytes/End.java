package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One end of a byte stream. It waits in its contender's way: blocking, or spinning. For one thread.
 */
interface End extends AutoCloseable {
  /** Sends all of {@code data}; waits while the other side takes none. */
  void send(ByteBuffer data) throws IOException;

  /**
   * Waits for bytes and hands them to {@code sink}.
   *
   * @return false at the end of the stream
   */
  boolean receive(Sink sink) throws IOException;

  @Override
  void close() throws IOException;
}
