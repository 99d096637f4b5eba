package dev.strait.benchmarks.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes. */
@FunctionalInterface
interface Sink {
  /** Takes all of {@code data}, which is the caller's again afterwards. */
  void accept(ByteBuffer data) throws IOException;
}
