package dev.strait.transport;

import java.nio.ByteBuffer;

/** Receives the bytes that a transport reads. */
@FunctionalInterface
public interface DataListener {
  /**
   * Called on the thread that polls. It must not block and must not run code of an application.
   *
   * @param data the bytes that arrived, from position to limit; read-only by contract. The
   *     transport owns the buffer before, during and after the call, and when the call throws: what
   *     is needed later must be copied
   */
  void onData(ByteBuffer data);
}
